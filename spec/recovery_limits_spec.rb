# frozen_string_literal: true

require_relative 'support/refused_providers'
require_relative 'support/with_bedrock'

RSpec.describe RubyLLM::BedrockCredentials, 'when sending a request again would be wrong' do
  include_context 'with Bedrock'
  include_context 'with refused credentials'

  let(:every_call) { RotatingCredentials.new(account: stand_in.account, lifetime: 900, every_call: true) }

  # RubyLLM 1 does not know what breaks a stream, with or without this gem.
  breaks = %w[validationException accessDeniedException unrecognizedClientException]
  breaks.clear unless RubyLLM.const_defined?(:Protocols)
  breaks.each do |exception|
    it "leaves a stream alone that breaks with #{exception} after its beginning" do
      stand_in.break_stream_next(after: 1, exception: exception, message: 'The security token ... is expired')
      heard = []
      expect { chat(with(every_call)).ask('Hello?') { |chunk| heard << chunk.content.to_s } }
        .to raise_error(RubyLLM::Error, /security token/)
      expect([heard.join, stand_in.requests]).to eq(['Hello ', 1])
    end
  end

  it "takes a refusal of what the caller's block asks for none of its own" do
    other = BedrockStandIn.new
    refused = context_with(bedrock_credentials_provider: provider_of.new(other.account.issue(lifetime: -1)),
                           bedrock_api_base: other.url, max_retries: 0)
    heard = 0
    expect { chat(with(every_call)).ask('Hello?') { (heard += 1) && chat(refused).ask('And you?') } }
      .to raise_error(RubyLLM::Error, /is expired/)
    expect([heard, stand_in.requests, other.requests]).to eq([1, 1, 1])
  ensure
    other&.stop
  end

  {
    'a RubyLLM::ConfigurationError' => -> { raise RubyLLM::ConfigurationError, 'the tenant is gone' },
    'an error of its own' => -> { raise IOError, 'STS is down' }
  }.each do |name, failure|
    it "raises what AWS said where the provider then raises #{name}" do
      provider = refreshable.new(expired)
      provider.define_singleton_method(:refresh!, &failure)
      expect { chat(with(provider)).ask('Hello?') }.to raise_error(RubyLLM::Error, /is expired/)
    end
  end

  it 'renews once for all requests that are refused at once' do
    provider = refreshable.new(expired, good)
    # As slow as STS: the others ask for the set again meanwhile.
    allow(provider).to receive(:refresh!).and_wrap_original do |original|
      sleep(0.2)
      original.call
    end
    gate = Queue.new
    all = Queue.new
    allow(provider).to receive(:credentials).and_wrap_original do |original|
      set = original.call
      # Every thread has read the expired set before the first of them is refused.
      if set == expired && all.size < 8
        all << true
        gate.close if all.size == 8
        gate.pop
      end
      set
    end
    answers = Array.new(8) { Thread.new { chat(with(provider)).ask('Hello?').content } }.map(&:value)
    expect([answers.uniq, provider.refreshes]).to eq([['Hello from the stand-in.'], 1])
  end

  it 'waits as long as the last answer says, not the first' do
    env = Faraday::Env.from(method: :post, url: URI("#{stand_in.url}/model/a/converse"), body: '{}',
                            request: Faraday::RequestOptions.new, request_headers: Faraday::Utils::Headers.new,
                            ssl: Faraday::SSLOptions.new)
    env.request_headers.update(described_class::PendingSignature.new(with(provider_of.new(expired, good)).config,
                                                                     'bedrock').headers)
    answers = [[403, { 'x-amzn-errortype' => 'ExpiredTokenException' }], [429, { 'Retry-After' => '3' }]]
    app = lambda do |sent|
      status, headers = answers.shift
      sent.status = status
      sent.response_headers = Faraday::Utils::Headers.new(headers)
      Faraday::Response.new.finish(sent)
    end
    expect { error_middleware.new(app).call(env) }.to raise_error(RubyLLM::RateLimitError)
    expect([env.status, env.response_headers['Retry-After']]).to eq([429, '3'])
  end

  it 'reads a refusal whose words are not UTF-8' do
    env = Faraday::Env.from(status: 403, response_headers: {},
                            request_headers: { 'Authorization' => 'AWS4-HMAC-SHA256 Credential=AKID/' })
    error = Struct.new(:message, :response).new("\xFF: The security token included in the request is expired")
    expect(described_class::Rejection.new(error, env).reason).to eq(:credentials)
  end

  it "leaves a signature to the wire for nothing that is asked within another provider's request" do
    signed = nil
    app = lambda do |sent|
      signed = bedrock.send(:sign_headers, 'GET', '/foundation-models', '')
      sent.status = 200
      Faraday::Response.new.finish(sent)
    end
    env = Faraday::Env.from(method: :get, url: URI('http://127.0.0.1/'), request: Faraday::RequestOptions.new,
                            request_headers: Faraday::Utils::Headers.new)
    described_class::Building.request { error_middleware.new(app).call(env) }
    expect(signed).to include('Authorization' => start_with('AWS4-HMAC-SHA256'))
  end

  def error_middleware
    RubyLLM.const_defined?(:Transport, false) ? RubyLLM::Transport::ErrorMiddleware : RubyLLM::ErrorMiddleware
  end
end
