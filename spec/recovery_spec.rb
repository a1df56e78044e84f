# frozen_string_literal: true

require_relative 'support/refused_providers'
require_relative 'support/with_bedrock'

RSpec.describe RubyLLM::BedrockCredentials, 'when AWS rejects the credentials' do
  include_context 'with Bedrock'
  include_context 'with refused credentials'

  {
    'a chat' => ->(example, context) { example.chat(context).ask('Hello?') },
    'a stream' => lambda { |example, context|
      chunks = []
      example.chat(context).ask('Hello?') { |chunk| chunks << chunk.content }
      example.expect(chunks.join).to example.eq('Hello from the stand-in.')
    },
    'the listing of models' => ->(example, context) { example.bedrock(context).send(:signed_get, *example.listing) }
  }.each do |name, request|
    it "sends #{name} once more with the next set" do
      instance_exec(self, with(provider_of.new(expired, good)), &request)
      expect(verdicts).to eq(['ExpiredTokenException', :accepted])
    end

    it "raises RubyLLM's own error at once where there is no next set for #{name}" do
      expect { instance_exec(self, with(provider_of.new(expired)), &request) }
        .to raise_error(RubyLLM::Error, /security token included in the request is expired/)
      expect(verdicts).to eq(['ExpiredTokenException'])
    end
  end

  it 'does so for a set that AWS does not know' do
    chat(with(provider_of.new(unknown, good))).ask('Hello?')
    expect(verdicts).to eq(['UnrecognizedClientException', :accepted])
  end

  it 'makes a provider renew that can' do
    provider = refreshable.new(expired, good)
    chat(with(provider)).ask('Hello?')
    expect([provider.refreshes, verdicts]).to eq([1, ['ExpiredTokenException', :accepted]])
  end

  it 'raises the original error where renewing gives the same set' do
    provider = refreshable.new(expired)
    expect { chat(with(provider)).ask('Hello?') }.to raise_error(RubyLLM::Error, /is expired/)
    expect([provider.refreshes, verdicts]).to eq([1, ['ExpiredTokenException']])
  end

  it 'raises the original error where renewing fails, and says so in the log' do
    provider = refreshable.new(expired)
    provider.define_singleton_method(:refresh!) { raise 'STS is down' }
    log = StringIO.new
    allow(RubyLLM).to receive(:logger).and_return(Logger.new(log))
    expect { chat(with(provider)).ask('Hello?') }.to raise_error(RubyLLM::Error, /is expired/)
    expect(log.string).to match(/WARN.*no others are to be had: .*STS is down/)
  end

  it 'tries once more, not for ever' do
    provider = provider_of.new(expired, unknown, good)
    expect { chat(with(provider)).ask('Hello?') }.to raise_error(RubyLLM::Error, /is invalid/)
    expect(verdicts).to eq(%w[ExpiredTokenException UnrecognizedClientException])
  end

  it 'does not try static keys again, which have no next set' do
    expect { chat(context_with(**static_keys(expired), max_retries: 0)).ask('Hello?') }
      .to raise_error(RubyLLM::Error, /is expired/)
    expect(stand_in.requests).to eq(1)
  end

  it 'keeps the answer in the error' do
    chat(with(provider_of.new(expired))).ask('Hello?')
  rescue RubyLLM::Error => e
    expect(e.response.status).to eq(403)
  else
    raise 'nothing was raised'
  end

  {
    [403, 'AccessDeniedException'] => 'You are not authorized to perform this operation',
    [429, 'ThrottlingException'] => 'Too many requests',
    [400, 'ValidationException'] => 'The model identifier is invalid'
  }.each do |(status, code), message|
    it "never touches #{code}" do
      provider = RotatingCredentials.new(account: stand_in.account, lifetime: 900, every_call: true)
      stand_in.fail_next(status: status, message: message, times: 1, headers: { 'x-amzn-ErrorType' => code })
      expect { chat(with(provider)).ask('Hello?') }.to raise_error(RubyLLM::Error)
      expect([stand_in.requests, provider.reads]).to eq([1, 1])
    end
  end

  it 'raises the class of error that RubyLLM raises without this gem' do
    theirs = RubyLLM.const_defined?(:Transport) ? RubyLLM::UnauthorizedError : RubyLLM::ForbiddenError
    expect { chat(with(provider_of.new(expired))).ask('Hello?') }.to raise_error(an_instance_of(theirs))
  end

  it 'does so for an access key that AWS does not have any more' do
    stand_in.fail_next(status: 403, message: 'The security token included in the request is invalid.',
                       headers: { 'x-amzn-ErrorType' => 'InvalidClientTokenId' })
    chat(with(provider_of.new(good, stand_in.account.issue))).ask('Hello?')
    expect(stand_in.log.map(&:access_key_id).uniq.size).to eq(2)
  end

  if RubyLLM::Providers::Bedrock.method_defined?(:mantle_connection)
    bedrock = { provider: :bedrock, assume_model_exists: true }
    {
      'a chat with mantle, which answers in its own manner' =>
        ->(context) { context.chat(model: 'openai.gpt-oss-20b', **bedrock).ask('Hello?') },
      'a stream of mantle' =>
        ->(context) { context.chat(model: 'openai.gpt-oss-20b', **bedrock).ask('Hello?') { nil } },
      'an embedding' => ->(context) { context.embed('text', model: 'amazon.titan-embed-text-v2:0', **bedrock) },
      'an image' => ->(context) { context.paint('a fox', model: 'stability.stable-image-core-v1:1', **bedrock) },
      'a reranking' => ->(context) { context.rerank('query', %w[one two], model: 'cohere.rerank-v3-5:0', **bedrock) }
    }.each do |name, request|
      it "does so for #{name}" do
        request.call(with(provider_of.new(expired, good)))
        expect(verdicts).to eq(['ExpiredTokenException', :accepted])
      end
    end
  end

  def listing
    [stand_in.url, '/foundation-models']
  end

  context 'with AWS\'s clock an hour ahead of this machine\'s' do
    let(:stand_in_options) { { clock: Struct.new(:offset) { def now = Time.now + offset }.new(3600) } }

    after { RubyLLM::BedrockCredentials::ClockSkew.forget }

    it 'is sent once more for either reason, and no more' do
      expect(chat(with(provider_of.new(unknown, good))).ask('Hello?').content).to include('stand-in')
      expect(verdicts).to eq(['UnrecognizedClientException', 'InvalidSignatureException', :accepted])
    end

    it 'gives up at the second rejection for one reason' do
      other = stand_in.account.issue.tap { |set| stand_in.account.revoke(set) }
      expect { chat(with(provider_of.new(unknown, good, other, good))).ask('Hello?') }.to raise_error(RubyLLM::Error)
      expect(verdicts).to eq(%w[UnrecognizedClientException InvalidSignatureException UnrecognizedClientException])
    end
  end
end
