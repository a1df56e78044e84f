# frozen_string_literal: true

require_relative 'support/moto_server'
require_relative 'support/with_bedrock'

# A batch is requests to Bedrock that this gem signs, and files in S3 that AWS's own client signs: with one provider.
RSpec.describe RubyLLM::BedrockCredentials, 'signs a batch',
               if: RubyLLM::Configuration.method_defined?(:bedrock_batch_s3_uri) do
  include_context 'with Bedrock'

  before(:all) do
    require 'aws-sdk-s3'
    MotoServer.require!(self)
    @moto = MotoServer.new(auth: true)
    @user = @moto.create_user('batches', actions: %w[s3:*])
  end

  after(:all) { @moto&.stop }

  around do |example|
    Aws.config[:s3] = { endpoint: @moto.url, force_path_style: true }
    example.run
  ensure
    Aws.config.delete(:s3)
  end

  let(:credentials_provider) do
    Aws::Credentials.new(@user.access_key_id, @user.secret_access_key).tap { |keys| stand_in.account.admit(keys) }
  end
  let(:bucket) { Aws::S3::Bucket.new('batches', region: stand_in.region, credentials: credentials_provider) }
  let(:context) do
    context_with(bedrock_credentials_provider: credentials_provider, bedrock_batch_s3_uri: 's3://batches/in',
                 bedrock_batch_role_arn: 'arn:aws:iam::123456789012:role/batches')
  end

  # What Bedrock writes beside the input once it is done.
  def answer(reply)
    input = bucket.objects.find { |object| object.key.end_with?('/input.jsonl') }
    output = { message: { role: 'assistant', content: [{ text: reply }] } }
    record = { recordId: JSON.parse(input.get.body.read)['recordId'],
               modelOutput: { output: output, stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } } }
    bucket.put_object(key: "#{File.dirname(input.key)}/output/abc/input.jsonl.out", body: JSON.generate(record))
  end

  it 'from its files to its results' do
    bucket.create(create_bucket_configuration: { location_constraint: stand_in.region })
    batch = RubyLLM::Batch.submit([chat.ask_later('Hello?')])
    answer('An answer.')
    expect(batch.refresh).to be_succeeded
    expect(batch.messages.map(&:content)).to eq(['An answer.'])
    expect(stand_in.log.map(&:http_method)).to eq(%w[POST GET GET GET])
    expect(stand_in.rejections).to be_empty
  end

  it 'and nothing where S3 refuses the file' do
    stranger = Aws::Credentials.new(@user.access_key_id, 'other')
    context.config.bedrock_credentials_provider = stranger
    expect { RubyLLM::Batch.submit([chat.ask_later('Hello?')]) }
      .to raise_error(Aws::S3::Errors::SignatureDoesNotMatch)
    expect(stand_in.requests).to eq(0)
  end
end
