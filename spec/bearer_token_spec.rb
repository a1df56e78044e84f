# frozen_string_literal: true

require_relative 'support/with_bedrock'

# A Bedrock API key, as AWS's SDKs take it.
RSpec.describe RubyLLM::BedrockCredentials::BearerToken do
  include_context 'with Bedrock'

  around do |example|
    before = ENV.to_h
    ENV['AWS_BEARER_TOKEN_BEDROCK'] = 'bedrock-api-key-canary'
    example.run
  ensure
    ENV.replace(before)
  end

  let(:chain) { context_with(bedrock_use_aws_credentials_provider: true, max_retries: 0) }

  def authorizations
    stand_in.log.map { |entry| entry.headers['authorization'] }
  end

  it 'is sent with the default chain, in the place of a signature' do
    expect { chat(chain).ask('Hello?') }.to raise_error(RubyLLM::Error)
    expect(authorizations).to eq(['Bearer bedrock-api-key-canary'])
    expect(stand_in.log.first.headers.keys.grep(/x-amz/)).to be_empty
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
