# frozen_string_literal: true

require_relative 'support/with_bedrock'

# A Bedrock API key, as AWS's SDKs take it.
RSpec.describe RubyLLM::BedrockCredentials::BearerToken do
  include_context 'with Bedrock'

  let(:key) { stand_in.account.issue_api_key }

  around do |example|
    before = ENV.to_h
    ENV['AWS_BEARER_TOKEN_BEDROCK'] = key
    example.run
  ensure
    ENV.replace(before)
  end

  let(:chain) { context_with(bedrock_use_aws_credentials_provider: true, max_retries: 0) }

  def authorizations
    stand_in.log.map { |entry| entry.headers['authorization'] }
  end

  calls = {
    'a chat' => ->(spec, context) { spec.chat(context).ask('Hello?').content },
    'a stream' => ->(spec, context) { spec.chat(context).ask('Hello?') { nil }.content },
    'the listing of models' => ->(spec, context) { spec.bedrock(context).list_models }
  }
  if RubyLLM::Providers::Bedrock.method_defined?(:mantle_connection)
    bedrock = { provider: :bedrock, assume_model_exists: true }
    calls.merge!(
      'mantle' => ->(_, context) { context.chat(model: 'openai.gpt-oss-20b', **bedrock).ask('Hello?').content },
      'an embedding' =>
        ->(_, context) { context.embed('text', model: 'amazon.titan-embed-text-v2:0', **bedrock).vectors }
    )
  end
  calls.each do |name, call|
    it "is sent with the default chain, in the place of a signature, for #{name}" do
      expect(call.call(self, chain)).not_to be_empty
      expect(authorizations.uniq).to eq(["Bearer #{key}"])
      expect(stand_in.log.map(&:verdict).uniq).to eq([:accepted])
      expect(stand_in.log.flat_map { |entry| entry.headers.keys.grep(/x-amz/) }).to be_empty
    end
  end

  it 'is sent once and no more where Bedrock does not know it' do
    ENV['AWS_BEARER_TOKEN_BEDROCK'] = "#{key[0..-9]}#{'A' * 8}"
    expect { chat(chain).ask('Hello?') }.to raise_error(RubyLLM::ForbiddenError)
    expect(stand_in.requests).to eq(1)
  end

  it 'is what a request is signed with that is sent by other means' do
    expect(bedrock(chain).send(:sign_headers, 'GET', '/foundation-models', ''))
      .to include('Authorization' => "Bearer #{key}")
  end

  it 'shows in #source' do
    expect(RubyLLM::BedrockCredentials::DefaultCredentialsChain.new.source)
      .to eq('Environment(AWS_BEARER_TOKEN_BEDROCK)')
  end

  it 'is not sent with a provider or with static keys' do
    chat.ask('Hello?')
    chat(context_with(**static_keys(stand_in.account.issue))).ask('Hello?')
    chat(context_with(bedrock_credentials_provider: credentials_provider, bedrock_use_aws_credentials_provider: true))
      .ask('Hello?')
    expect(authorizations).to all(start_with('AWS4-HMAC-SHA256 '))
  end

  it 'is refused where it cannot be sent, unshown' do
    ENV['AWS_BEARER_TOKEN_BEDROCK'] = "canary\nkey"
    expect { chat(chain).ask('Hello?') }.to raise_error(RubyLLM::ConfigurationError) { |error|
      expect(error.message).to include('AWS_BEARER_TOKEN_BEDROCK')
      expect(error.full_message).not_to include('canary')
    }
    expect(stand_in.requests).to eq(0)
  end
end
