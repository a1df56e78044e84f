# frozen_string_literal: true

require_relative 'support/plain_ruby_llm'
require_relative 'support/signing_scenarios'
require_relative 'support/with_bedrock'

# What RubyLLM's own signer gets wrong is right with the gem, for static keys too. Each example runs
# RubyLLM without the gem as well and sees it fail: so the stand-in is as strict as AWS, and an
# example that no longer fails upstream shows itself.
RSpec.describe RubyLLM::BedrockCredentials, 'where RubyLLM signs wrongly' do
  include_context 'with Bedrock'

  let(:keys) { static_keys(stand_in.account.issue) }

  # Without a port in its URL plain RubyLLM gets past its defect with ports, to the one in question.
  let(:portless) { "http://bedrock-runtime.#{stand_in.region}.amazonaws.com" }

  def verdicts
    stand_in.log.map(&:verdict)
  end

  %i[asterisk space duplicate_keys asterisk_in_a_path own_amz_header own_host_header].each do |scenario|
    it "signs what is sent: #{scenario.to_s.tr('_', ' ')}" do
      SigningScenarios.public_send(scenario, stand_in.url, keys)
      expect(verdicts).to eq([:accepted])
      stand_in.reset

      PlainRubyLLM.run(scenario, portless, keys, proxy: stand_in.proxy_url)
      expect(verdicts.size).to eq(1)
      expect(verdicts).not_to include(:accepted)
    end
  end

  # As Faraday sends them, RubyLLM signs these rightly.
  %i[plus tilde semicolon unsorted_keys].each do |scenario|
    it "goes on signing what is sent: #{scenario.to_s.tr('_', ' ')}" do
      SigningScenarios.public_send(scenario, stand_in.url, keys)
      expect(verdicts).to eq([:accepted])
    end
  end

  it 'signs the host with its port' do
    SigningScenarios.listing(stand_in.url, keys)
    expect(verdicts).to eq([:accepted])
    PlainRubyLLM.run(:listing, stand_in.url, keys)
    expect(verdicts).to eq([:accepted, 'InvalidSignatureException'])
  end

  context 'with a path in the base URL' do
    let(:stand_in_options) { { prefix: '/gw' } }

    it 'signs the path that is sent' do
      base = stand_in.url.delete_suffix('/gw')
      SigningScenarios.base_with_a_path(base, keys)
      expect(verdicts).to eq([:accepted])
      PlainRubyLLM.run(:base_with_a_path, portless, keys, proxy: stand_in.proxy_url)
      expect(verdicts).to eq([:accepted, 'InvalidSignatureException'])
    end
  end

  it 'refuses an Authorization header of the caller before anything is sent' do
    expect { SigningScenarios.own_authorization_header(stand_in.url, keys) }
      .to raise_error(ArgumentError, /Authorization header of your own.*with_headers/)
    expect(stand_in.requests).to eq(0)
  end

  it 'takes a blank session token for none' do
    set = stand_in.account.issue_long_term
    blank = Struct.new(:access_key_id, :secret_access_key, :session_token) { def credentials = self }
    provider = blank.new(set.access_key_id, set.secret_access_key, '')
    chat(context_with(bedrock_credentials_provider: provider)).ask('Hello?')
    expect(stand_in.log.first.headers).not_to include('x-amz-security-token')
  end

  {
    'cn-north-1' => 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn',
    'us-gov-west-1' => 'https://bedrock-runtime.us-gov-west-1.amazonaws.com',
    'eusc-de-east-1' => 'https://bedrock-runtime.eusc-de-east-1.amazonaws.eu',
    'eu-central-1' => 'https://bedrock-runtime.eu-central-1.amazonaws.com'
  }.each do |region, url|
    it "asks #{url}" do
      provider = bedrock(context_with(bedrock_credentials_provider: credentials_provider, bedrock_region: region,
                                      bedrock_api_base: nil))
      expect(provider.api_base).to eq(url)
      expect(provider.send(:models_api_base)).to eq(url.sub('bedrock-runtime', 'bedrock'))
    end
  end

  it 'serializes a body once, in a chat and in a stream' do
    serialized = 0
    counted = Class.new { define_method(:to_json) { |*arguments| (serialized += 1) && 'yes'.to_json(*arguments) } }
    options = chat.respond_to?(:with_params) ? :with_params : :with_provider_options
    conversation = chat.public_send(options, additionalModelRequestFields: { counted: counted.new })
    conversation.ask('Hello?')
    expect(serialized).to eq(1)
    conversation.ask('Hello?') { nil }
    expect(serialized).to eq(2)
  end
end
