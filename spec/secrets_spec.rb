# frozen_string_literal: true

require 'logger'
require 'stringio'
require_relative 'support/canaries'
require_relative 'support/with_bedrock'

RSpec.describe RubyLLM::BedrockCredentials, 'and secrets' do
  include_context 'with Bedrock'

  let(:set) { stand_in.account.issue }
  let(:provider) { RotatingCredentials.new(account: stand_in.account, lifetime: 900) }
  let(:secrets) { stand_in.account.instance_variable_get(:@issued).values.flat_map { |set| secrets_of(set) } }
  let(:lib) { File.expand_path('../lib', __dir__) }
  let(:log) { StringIO.new }
  let(:payloads) { [] }
  let(:instrumenter) do
    payloads = self.payloads
    Class.new do
      define_method(:instrument) do |name, payload = {}, &block|
        payloads << [name, payload]
        block&.call(payload)
      end
    end.new
  end

  around do |example|
    RubyLLM.instance_variable_set(:@logger, Logger.new(log, level: Logger::DEBUG))
    example.run
  ensure
    RubyLLM.instance_variable_set(:@logger, nil)
  end

  def secrets_of(set)
    [set.secret_access_key, set.session_token].compact
  end

  def instrumented(**options)
    observed = RubyLLM::Configuration.method_defined?(:instrumenter=) ? { instrumenter: instrumenter } : {}
    context_with(max_retries: 0, **observed, **options)
  end

  def shown(*objects)
    objects.to_h { |object| [object.class, Canaries.shown_by(object, secrets)] }.reject { |_, ways| ways.empty? }
  end

  # @return [Exception, nil]
  def failure
    yield
    nil
  rescue StandardError => e
    e
  end

  def credentials(from = set)
    described_class::Credentials.new(access_key_id: from.access_key_id, secret_access_key: from.secret_access_key,
                                     session_token: from.session_token)
  end

  it 'are found by this spec where they are shown' do
    open_set = Struct.new(:secret_access_key).new(set.secret_access_key)
    expect(shown(open_set)[open_set.class]).to include(:inspect, :to_s, :pp, :interpolation, :json, :yaml)
    expect(shown(set.session_token).values.flatten).to include(:marshal)
    expect(shown(RuntimeError.new(set.session_token)).values.flatten).to include(:message, :full_message)
    expect(Canaries.in_locals(__dir__, secrets) { failure { shown(set.session_token) } }).not_to be_empty
  end

  it 'are shown by no object that holds them' do
    config = instrumented(bedrock_credentials_provider: credentials).config
    static = described_class::StaticCredentials.new(instrumented(**static_keys(set)).config)
    expect(shown(credentials, static, config, bedrock(RubyLLM::Context.new(config)), chat(RubyLLM::Context.new(config))))
      .to eq({})
  end

  it 'are shown by no default chain, and by none of its sets' do
    environment = { 'AWS_ACCESS_KEY_ID' => set.access_key_id, 'AWS_SECRET_ACCESS_KEY' => set.secret_access_key,
                    'AWS_SESSION_TOKEN' => set.session_token }
    before = ENV.to_h.slice(*environment.keys)
    ENV.update(environment)
    chain = described_class::DefaultCredentialsChain.new(region: "secrets-#{set.access_key_id}")
    expect(chain.credentials.secret_access_key).to eq(set.secret_access_key)
    expect(shown(chain, chain.credentials, chain.drain_events)).to eq({})
  ensure
    environment.each_key { |name| ENV[name] = before[name] }
  end

  it 'are shown by no request, and by nothing that stands in for its signature' do
    pending = described_class::PendingSignature.new(instrumented(bedrock_credentials_provider: credentials).config,
                                                    'bedrock')
    request = described_class::Request.new(http_method: 'POST', url: stand_in.url, region: 'us-west-2',
                                           headers: { 'x-amz-security-token' => set.session_token },
                                           body: set.secret_access_key)
    expect(shown(pending, { 'X-RubyLLM-Bedrock-Signature' => pending }, request)).to eq({})
  end

  it 'are shown by no provider that was given one' do
    role = described_class::AssumeRole.new(role_arn: 'arn:aws:iam::123456789012:role/tenant', role_session_name: 'spec',
                                           source: credentials, region: 'us-west-2',
                                           external_id: set.session_token[0, 64])
    process = described_class::ProcessCredentials.new(['program', set.secret_access_key])
    secrets << set.session_token[0, 64]
    expect(shown(role, process)).to eq({})
  end

  it 'are no Bedrock API key either' do
    key = stand_in.account.issue_api_key
    before = ENV.fetch('AWS_BEARER_TOKEN_BEDROCK', nil)
    [key, "#{key}\tno key"].each do |value|
      ENV['AWS_BEARER_TOKEN_BEDROCK'] = value
      stand_in.fail_next(status: 403, message: 'Authentication failed') if value == key
      error = nil
      context = instrumented(bedrock_use_aws_credentials_provider: true)
      secrets.replace([key])
      seen = Canaries.in_locals(lib, [key]) { error = failure { chat(context).ask('Hello?') } }
      expect(error).not_to be_nil
      expect([shown(*Canaries.chain(error)), seen]).to eq([{}, []])
      expect("#{log.string}#{payloads.inspect}").not_to include(key)
    end
  ensure
    ENV['AWS_BEARER_TOKEN_BEDROCK'] = before
  end

  it 'are not logged where the answer arrives in pieces' do
    answer = JSON.generate(message: canonical_string)
    # Of the token, three have a part.
    token = answer.index(provider.credentials.session_token)
    cuts = [0, token + 200, token + 600, answer.size]
    pieces = cuts.each_cons(2).map { |from, to| answer[from...to] }
    stand_in.faults.add(times: 9) do
      BedrockStandIn::Response.new(status: 403, body: pieces.each,
                                   headers: { 'Content-Type' => 'application/json',
                                              'x-amzn-ErrorType' => 'InvalidSignatureException' })
    end
    error = failure { chat(instrumented(bedrock_credentials_provider: provider)).ask('Hello?') { nil } }
    expect(error.message).to include('The Canonical String', '[FILTERED]')
    parts = secrets.flat_map { |secret| [secret[0, 100], secret[300, 100], secret[-100..]] }.compact.reject(&:empty?)
    text = "#{log.string}#{error.full_message}#{error.response.inspect}"
    expect(parts.select { |part| text.include?(part) }).to eq([])
  end

  it 'stay out of static keys of RubyLLM, which shows them to no one either' do
    context = instrumented(**static_keys(set))
    expect(context.config.inspect + context.config.pretty_inspect + context.config.to_yaml).not_to include(*secrets)
  end

  calls = {
    'a chat' => ->(spec, context) { spec.chat(context).ask('Hello?') },
    'a stream' => ->(spec, context) { spec.chat(context).ask('Hello?') { nil } },
    'a listing' => ->(spec, context) { spec.bedrock(context).list_models }
  }
  outcomes = {
    'accepted' => ->(_) {},
    'refused with the canonical string, as AWS does' => lambda do |spec|
      spec.stand_in.fail_next(status: 403, headers: { 'x-amzn-ErrorType' => 'InvalidSignatureException' },
                              message: spec.canonical_string)
    end,
    'refused for an expired token' => ->(spec) { spec.stand_in.account.revoke(spec.provider.credentials) },
    'refused for good' => lambda do |spec|
      spec.stand_in.fail_next(status: 403, times: 9, message: 'The security token included in the request is expired',
                              headers: { 'x-amzn-ErrorType' => 'ExpiredTokenException' })
    end,
    'dropped' => ->(spec) { spec.stand_in.drop_next(times: 9) }
  }

  def canonical_string
    "The Canonical String for this request should have been\n'POST\n/\n\nhost:bedrock\n" \
      "x-amz-security-token:#{provider.credentials.session_token}\n\nhost;x-amz-security-token\nabc'"
  end

  calls.each do |call, action|
    outcomes.each do |outcome, prepare|
      it "are nowhere to be seen after #{call} that is #{outcome}" do
        prepare.call(self)
        error = nil
        context = instrumented(bedrock_credentials_provider: provider)
        seen = Canaries.in_locals(lib, secrets_of(provider.credentials)) do
          error = failure { action.call(self, context) }
        end

        expect(shown(*Canaries.chain(error))).to eq({})
        expect(secrets.select { |secret| "#{log.string}#{payloads.inspect}".include?(secret) }).to eq([])
        expect(seen).to eq([])
      end
    end
  end
end
