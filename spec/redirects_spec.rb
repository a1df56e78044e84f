# frozen_string_literal: true

require_relative 'support/with_bedrock'

# A middleware of the app's that follows redirects, as faraday-follow_redirects does, around RubyLLM's own.
RSpec.describe RubyLLM::BedrockCredentials, 'redirected to another host' do
  include_context 'with Bedrock'

  follower = Class.new(Faraday::Middleware) do
    def call(env)
      body = env.body
      response = @app.call(env)
      return response unless [307, 308].include?(response.status)

      env.update(url: URI(response.headers['Location']), body: body, status: nil, response: nil, response_headers: nil)
      @app.call(env)
    end
  end

  let(:elsewhere) { BedrockStandIn.new }

  before do
    allow(Faraday).to receive(:new).and_wrap_original do |original, *arguments, &block|
      original.call(*arguments) do |faraday|
        faraday.use(follower)
        block&.call(faraday)
      end
    end
    stand_in.redirect_next(to: elsewhere.url)
  end

  after { elsewhere.stop }

  def secrets_elsewhere
    elsewhere.log.map { |entry| entry.headers.keys.grep(/\A(authorization|x-amz-|x-rubyllm-)/) }
  end

  it 'sends it a chat without a signature and without a token' do
    expect { chat.ask('Hello?') }.to raise_error(RubyLLM::Error, /Missing Authentication Token/)
    expect(stand_in.log.map(&:verdict)).to eq([:accepted])
    expect(secrets_elsewhere).to eq([[]])
    expect(elsewhere.log.first.body).to eq(stand_in.log.first.body)
  end

  it 'renews nothing for what that host says of a token it was not sent' do
    provider = stand_in.account.issue.dup
    provider.define_singleton_method(:refresh!) { raise 'asked to renew' }
    log = StringIO.new
    allow(RubyLLM).to receive(:logger).and_return(Logger.new(log))
    ['The security token included in the request is expired', 'Signature expired: 1 is earlier'].each do |message|
      stand_in.redirect_next(to: elsewhere.url) unless stand_in.requests.zero?
      allow(elsewhere).to receive(:verify) { raise BedrockStandIn::Refusal.invalid_signature(message) }
      expect { chat(context_with(bedrock_credentials_provider: provider)).ask('Hello?') }
        .to raise_error(RubyLLM::Error, /#{message}/)
    end
    expect(log.string).not_to match(/renew|AWS credentials: /)
  end

  it 'sends it a stream without them' do
    expect { chat.ask('Hello?') { nil } }.to raise_error(RubyLLM::Error)
    expect(secrets_elsewhere).to eq([[]])
  end

  it 'sends it the listing of models without them' do
    expect { bedrock.list_models }.to raise_error(RubyLLM::Error)
    expect(secrets_elsewhere).to eq([[]])
  end

  it 'sends it no Bedrock API key' do
    before = ENV.to_h
    ENV['AWS_BEARER_TOKEN_BEDROCK'] = stand_in.account.issue_api_key
    expect { chat(context_with(bedrock_use_aws_credentials_provider: true)).ask('Hello?') }
      .to raise_error(RubyLLM::Error, /Missing Authentication Token/)
    expect(stand_in.log.map { |entry| [entry.verdict, entry.api_key] })
      .to eq([[:accepted, ENV.fetch('AWS_BEARER_TOKEN_BEDROCK')]])
    expect(secrets_elsewhere).to eq([[]])
  ensure
    ENV.replace(before)
  end

  it 'signs again for its own host' do
    stand_in.faults.clear
    stand_in.redirect_next(to: stand_in.url)
    expect(chat.ask('Hello?').content).to eq('Hello from the stand-in.')
    expect([stand_in.accepted, credentials_provider.reads]).to eq([2, 2])
  end
end
