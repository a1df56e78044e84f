# frozen_string_literal: true

require 'pp'
require 'stringio'
require_relative 'support/moto_server'
require_relative 'support/with_bedrock'

require 'aws-sdk-s3' if RubyLLM::Configuration.method_defined?(:bedrock_credential_provider)

RSpec.describe RubyLLM::BedrockCredentials::Configuration do
  include_context 'with Bedrock'

  let(:bedrock_class) { RubyLLM::Providers::Bedrock }
  let(:no_provider) { context_with(bedrock_credentials_provider: Object.new, **static_keys(stand_in.account.issue)) }

  def configured?(context)
    config = context.config
    answers = [bedrock_class.configured?(config),
               RubyLLM::Provider.configured_providers(config).include?(bedrock_class),
               RubyLLM::Provider.configured_remote_providers(config).include?(bedrock_class)]
    answers << bedrock_class.credentials_configured?(config) if config.bedrock_region
    expect(answers.uniq.size).to eq(1)
    answers.first
  end

  it 'is listed among the options, where RubyLLM lists them' do
    options = bedrock_class.configuration_options
    options += RubyLLM::Configuration.options if RubyLLM::Configuration.respond_to?(:options)
    expect(options).to include(:bedrock_credentials_provider)
  end

  it 'is configured with a provider and a region' do
    expect(configured?(context)).to be(true)
    expect(bedrock.configured?).to be(true)
  end

  it 'is not configured without a region, whatever would sign' do
    [{ bedrock_credentials_provider: credentials_provider }, { bedrock_use_aws_credentials_provider: true },
     static_keys(stand_in.account.issue)].each do |options|
      regionless = context_with(**options, bedrock_region: nil)
      expect(configured?(regionless)).to be(false)
      expect { bedrock(regionless) }.to raise_error(RubyLLM::ConfigurationError, /bedrock_region/)
    end
  end

  it 'takes a region that is a Symbol' do
    region = { bedrock_region: stand_in.region.to_sym }
    [{ bedrock_credentials_provider: credentials_provider }, static_keys(stand_in.account.issue)].each do |options|
      chat(context_with(**options, **region)).ask('Hello?')
    end
    expect(configured?(context_with(bedrock_use_aws_credentials_provider: true, **region))).to be(true)
    expect([stand_in.accepted, stand_in.rejections]).to eq([2, {}])
  end

  it 'is configured with static keys, and not with half of them' do
    expect(configured?(context_with(**static_keys(stand_in.account.issue)))).to be(true)
    expect(configured?(context_with(bedrock_api_key: 'AKID'))).to be(false)
    expect { bedrock(context_with(bedrock_api_key: 'AKID')) }
      .to raise_error(RubyLLM::ConfigurationError, /bedrock_secret_key/)
  end

  it 'takes a provider that is none for an error, and never falls back to static keys' do
    expect(configured?(no_provider)).to be(false)
    expect { chat(no_provider).ask('Hello?') }
      .to raise_error(RubyLLM::ConfigurationError, /bedrock_credentials_provider must respond to #credentials.*Object/)
    expect(stand_in.requests).to eq(0)
  end

  it 'takes a provider that ceases to be one for an error at the next request' do
    conversation = chat
    context.config.bedrock_credentials_provider = Object.new
    expect { conversation.ask('Hello?') }.to raise_error(RubyLLM::ConfigurationError, /#credentials/)
    expect(stand_in.requests).to eq(0)
  end

  it 'resolves nothing before a request is made' do
    untouchable = Class.new { define_method(:credentials) { raise 'resolved too early' } }.new
    untouched = context_with(bedrock_credentials_provider: untouchable)
    expect(configured?(untouched)).to be(true)
    bedrock(untouched)
    expect { chat(untouched).ask('Hello?') }
      .to raise_error(RubyLLM::BedrockCredentials::CredentialsProviderError, /resolved too early/)
  end

  it 'may be set before or after the other options, and replaced' do
    context = RubyLLM.context { |config| config.bedrock_credentials_provider = credentials_provider }
    context.config.bedrock_region = stand_in.region
    context.config.bedrock_api_base = stand_in.url
    chat(context).ask('Hello?')
    second = RotatingCredentials.new(account: stand_in.account, lifetime: 900)
    context.config.bedrock_credentials_provider = second
    chat(context).ask('Hello?')
    expect([credentials_provider.reads, second.reads]).to eq([1, 1])
  end

  it 'goes ahead of static keys' do
    both = context_with(bedrock_credentials_provider: credentials_provider, bedrock_api_key: 'AKIDSTATIC',
                        bedrock_secret_key: 'secret')
    chat(both).ask('Hello?')
    expect(stand_in.log.map(&:access_key_id)).to eq(credentials_provider.issued.map(&:access_key_id))
  end

  it 'keeps two contexts in two threads apart' do
    providers = Array.new(2) { RotatingCredentials.new(account: stand_in.account, lifetime: 900, every_call: true) }
    providers.map { |provider| context_with(bedrock_credentials_provider: provider) }.map do |context|
      Thread.new { 50.times { chat(context).ask('Hello?') } }
    end.each(&:join)
    expect(providers.map(&:reads)).to eq([50, 50])
    expect([stand_in.accepted, stand_in.rejections]).to eq([100, {}])
  end

  describe 'keeps the provider out of sight' do
    let(:talkative) do
      Struct.new(:access_key_id, :secret_access_key, :session_token) { def credentials = self }
            .new('AKIDCANARY', 'canary-secret', 'canary-token')
    end
    let(:context) { context_with(bedrock_credentials_provider: talkative, bedrock_secret_key: 'canary-static') }

    it 'in inspect, pp and instance_variables' do
      shown = context.config.inspect + context.config.pretty_inspect + context.config.instance_variables.inspect
      expect(shown).not_to match(/canary|bedrock_credentials_provider/i)
      expect(shown).to include('bedrock_region')
    end

    it 'in logs and errors' do
      log = StringIO.new
      allow(RubyLLM).to receive(:logger).and_return(Logger.new(log, level: Logger::DEBUG))
      error = begin
        chat.ask('Hello?')
      rescue RubyLLM::Error => e
        e
      end
      expect(stand_in.rejections).to eq('UnrecognizedClientException' => 1)
      shown = log.string + error.full_message
      expect(shown).to include('security token')
      expect(shown).not_to match(/canary/)
    end
  end

  if RubyLLM::Configuration.method_defined?(:bedrock_credential_provider)
    describe "RubyLLM's own bedrock_credential_provider" do
      it 'keeps working' do
        chat(context_with(bedrock_credential_provider: credentials_provider)).ask('Hello?')
        expect([stand_in.accepted, credentials_provider.reads]).to eq([1, 1])
      end

      it 'comes after ours' do
        other = RotatingCredentials.new(account: stand_in.account, lifetime: 900)
        chat(context_with(bedrock_credential_provider: other, bedrock_credentials_provider: credentials_provider))
          .ask('Hello?')
        expect([credentials_provider.reads, other.reads]).to eq([1, 0])
      end

      it 'is named in the error where it is the one that is none' do
        expect { bedrock(context_with(bedrock_credential_provider: Object.new)) }
          .to raise_error(RubyLLM::ConfigurationError, /bedrock_credential_provider must respond/)
      end
    end

    describe 'file uploads to S3' do
      let(:moto) { MotoServer.new }

      before do
        MotoServer.require!(self)
        Aws.config[:s3] = { endpoint: moto.url, force_path_style: true }
        Aws::S3::Client.new(region: stand_in.region, credentials: credentials_provider).create_bucket(
          bucket: 'uploads', create_bucket_configuration: { location_constraint: stand_in.region }
        )
      end

      after do
        Aws.config.delete(:s3)
        moto.stop
      end

      it 'are signed with the provider too' do
        context.config.bedrock_batch_s3_uri = 's3://uploads/prefix'
        reads = credentials_provider.reads
        file = bedrock.upload_file(StringIO.new('text'), filename: 'a.txt')
        expect(bedrock.download_file(file.id)).to eq('text')
        expect(credentials_provider.reads).to be > reads
      end
    end
  end
end
