# frozen_string_literal: true

require_relative 'support/with_bedrock'

# RubyLLM has instrumentation since 1.16; before that there is the log alone.
if RubyLLM.respond_to?(:instrument)
  RSpec.describe RubyLLM::BedrockCredentials::Notifications, 'to RubyLLM\'s instrumenter' do
    include_context 'with Bedrock'

    let(:events) { [] }
    let(:instrumenter) do
      events = self.events
      Class.new do
        define_method(:instrument) do |name, payload = {}, &block|
          events << [name, payload.dup] if name.include?('credentials') || name.include?('clock')
          block&.call(payload)
        end
      end.new
    end
    let(:keys) { %w[AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN] }
    let(:variables) { [*keys, 'AWS_EC2_METADATA_DISABLED'] }
    # A chain of its own for each example: those of one region share a cache.
    let(:chain) { RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: "told-#{rand(2**64)}") }

    around do |example|
      before = ENV.to_h.slice(*variables)
      ENV['AWS_EC2_METADATA_DISABLED'] = 'true'
      example.run
    ensure
      variables.each { |name| ENV[name] = before[name] }
      RubyLLM::BedrockCredentials::ClockSkew.forget
    end

    def environment(set)
      keys.zip([set.access_key_id, set.secret_access_key, set.session_token]) { |name, value| ENV[name] = value }
    end

    def ask(provider)
      options = { bedrock_credentials_provider: provider, instrumenter: instrumenter, max_retries: 0 }
      chat(context_with(**options)).ask('Hello?')
    end

    it 'tells which source was resolved, and how long that took' do
      environment(stand_in.account.issue)
      ask(chain)
      expect(events).to match([['resolve_credentials.ruby_llm', { source: 'Environment', expiration: nil,
                                                                  duration: be_between(0, 30) }]])
    end

    it 'tells of a refresh, with the request after it' do
      environment(stand_in.account.issue)
      ask(chain)
      environment(stand_in.account.issue)
      chain.refresh!
      ask(chain)
      expect(events.map(&:first)).to eq(%w[resolve_credentials.ruby_llm refresh_credentials.ruby_llm])
      expect(events.last.last).to include(source: 'Environment', duration: be_between(0, 30))
    end

    it 'tells of a refresh that failed, and that the set there is was kept' do
      environment(stand_in.account.issue)
      ask(chain)
      ENV.delete('AWS_SECRET_ACCESS_KEY')
      expect { chain.refresh! }.to raise_error(RubyLLM::BedrockCredentials::MissingCredentialsError)
      ask(chain)
      expect(events.last).to match(['refresh_credentials_failed.ruby_llm',
                                    { reason: /AWS_SECRET_ACCESS_KEY/, kept: true, duration: be_between(0, 30) }])
    end

    it 'tells that a request was sent once more after a rejection' do
      rotating = RotatingCredentials.new(account: stand_in.account, lifetime: 900, every_call: true)
      stand_in.fail_next(status: 403, headers: { 'x-amzn-ErrorType' => 'ExpiredTokenException' },
                         message: 'The security token included in the request is expired')
      ask(rotating)
      expect(events).to eq([['retry_rejected_credentials.ruby_llm',
                             { code: 'ExpiredTokenException', provider: 'RotatingCredentials' }]])
    end

    context "with AWS's clock an hour ahead" do
      let(:stand_in_options) { { clock: Struct.new(:offset) { def now = Time.now + offset }.new(3600) } }

      it 'tells the offset that was learned, and from whom' do
        ask(credentials_provider)
        expect(events).to match([['learn_clock_skew.ruby_llm',
                                  { host: stand_in.host, offset: be_within(5).of(3600) }]])
      end
    end
  end
end
