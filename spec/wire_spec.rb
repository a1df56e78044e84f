# frozen_string_literal: true

require_relative 'support/with_bedrock'

RSpec.describe RubyLLM::BedrockCredentials, 'at the wire' do
  include_context 'with Bedrock'

  let(:headers) { Faraday::Utils::Headers.new('Content-Type' => 'application/json') }
  let(:env) do
    Faraday::Env.from(method: :post, url: URI("#{stand_in.url}/model/a/converse"), request_headers: headers,
                      body: '{"a":1}'.dup)
  end

  def pending_signature
    described_class::PendingSignature.new(context.config, 'bedrock')
  end

  it 'sends a body that cannot change once it is signed' do
    pending_signature.sign(env)
    expect(env.body).to be_frozen.and eq('{"a":1}')
  end

  it 'reads a body that is a file, from its beginning, for each attempt' do
    env.body = StringIO.new('{"a":1}').tap(&:read)
    pending_signature.sign(env)
    expect(env.body).to eq('{"a":1}')
  end

  it 'never takes a signature to another host, as a middleware that follows redirects would' do
    pending = pending_signature
    pending.sign(env)
    expect(env.request_headers).to include('Authorization')
    env.url = URI('http://elsewhere.example/model/a/converse')
    pending.sign(env)
    expect(env.request_headers.keys).to eq(['Content-Type'])
    expect(credentials_provider.reads).to eq(1)
  end

  it 'signs with its own date and token, whatever the caller sent under their names' do
    chat.with_headers('X-Amz-Security-Token' => 'mine', 'X-Amz-Date' => '19990101T000000Z').ask('Hello?')
    expect(stand_in.rejections).to be_empty
  end

  if RubyLLM::Providers::Bedrock.method_defined?(:signed_post)
    it "serializes once what RubyLLM's control calls send" do
      stand_in.answer(:rerank) { {} }
      serialized = 0
      counted = Class.new { define_method(:to_json) { |*arguments| (serialized += 1) && '1'.to_json(*arguments) } }
      bedrock.signed_post(stand_in.url, '/rerank', { a: counted.new })
      expect(serialized).to eq(1)
    end

    it 'gives whoever calls sign_headers outside of a request a whole signature' do
      signed = bedrock.sign_headers('GET', '/foundation-models', '')
      expect(signed).to include('Authorization' => start_with('AWS4-HMAC-SHA256 '), 'X-Amz-Security-Token' => String)
    end
  end
end
