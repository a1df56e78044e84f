# frozen_string_literal: true

require_relative 'support/with_bedrock'

# The eight cases of the feature's original request, in its own words.
RSpec.describe RubyLLM::BedrockCredentials, 'as it was asked for' do
  include_context 'with Bedrock'

  it '1. signs with a provider and no static keys' do
    expect(context.config).to have_attributes(bedrock_api_key: nil, bedrock_secret_key: nil, bedrock_session_token: nil)
    expect(chat.ask('Hello?').content).to eq('Hello from the stand-in.')
    expect(stand_in.rejections).to be_empty
  end

  it '2. takes any object with #credentials' do
    set = stand_in.account.issue
    any_object = Class.new { define_method(:credentials) { set } }.new
    chat(context_with(bedrock_credentials_provider: any_object)).ask('Hello?')
    expect(stand_in.log.map(&:access_key_id)).to eq([set.access_key_id])
  end

  it '3. fails where the region is missing, as RubyLLM does, and sends nothing' do
    regionless = context_with(bedrock_credentials_provider: credentials_provider, bedrock_region: nil)
    expect { chat(regionless).ask('Hello?') }.to raise_error(RubyLLM::ConfigurationError, /bedrock_region/)
    expect([stand_in.requests, credentials_provider.reads]).to eq([0, 0])
  end

  it '4. goes on working with static keys' do
    set = stand_in.account.issue_long_term
    chat(context_with(**static_keys(set))).ask('Hello?')
    expect(stand_in.log.map { |entry| [entry.verdict, entry.access_key_id] }).to eq([[:accepted, set.access_key_id]])
  end

  it '5. reads the credentials once for one signature' do
    expect { chat.ask('Hello?') }.to change(credentials_provider, :reads).by(1)
    expect { chat.ask('Hello?') { nil } }.to change(credentials_provider, :reads).by(1)
    expect(stand_in.requests).to eq(2)
  end

  it '6. never mixes two sets where each call returns a new one' do
    conversation = chat
    20.times { conversation.ask('Hello?') }
    expect(stand_in.log.map(&:access_key_id)).to eq(credentials_provider.issued.map(&:access_key_id))
    expect(stand_in.rejections).to be_empty
  end

  it '7. works in RubyLLM.context and in a dup of a configuration' do
    other = RotatingCredentials.new(account: stand_in.account, lifetime: 900)
    copy = RubyLLM::Context.new(context.config.dup.tap { |config| config.bedrock_credentials_provider = other })
    [context, copy, context].each { |each| chat(each).ask('Hello?') }
    expect([credentials_provider.reads, other.reads, stand_in.accepted]).to eq([2, 1, 3])
    expect(RubyLLM.config.bedrock_credentials_provider).to be_nil
  end

  it '8. signs runtime requests, streams and the listing of models' do
    chat.ask('Hello?')
    chunks = []
    chat.ask('Hello?') { |chunk| chunks << chunk.content }
    models = bedrock.list_models
    expect(chunks.join).to eq('Hello from the stand-in.')
    expect(models.map(&:provider).uniq).to eq(['bedrock'])
    expect(stand_in.accepted).to eq(stand_in.requests).and eq(credentials_provider.reads)
  end
end
