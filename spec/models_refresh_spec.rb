# frozen_string_literal: true

require_relative 'support/with_bedrock'

# RubyLLM asks each provider that it takes for configured, and notes those that failed.
RSpec.describe RubyLLM::Models, '.refresh!' do
  include_context 'with Bedrock'

  def refresh(context)
    allow(RubyLLM).to receive(:config).and_return(context.config)
    RubyLLM::Models.fetch_provider_models
  end

  it 'lists the models with a provider' do
    fetched = refresh(context)
    expect(fetched[:models].map(&:provider)).to include('bedrock')
    expect(fetched[:failed]).to be_empty
    expect(credentials_provider.reads).to eq(stand_in.accepted).and be_positive
  end

  it 'lists the models with static keys' do
    set = stand_in.account.issue
    expect(refresh(context_with(**static_keys(set)))[:models].map(&:provider)).to include('bedrock')
    expect(stand_in.log.map { |entry| [entry.verdict, entry.access_key_id] }.uniq)
      .to eq([[:accepted, set.access_key_id]])
  end

  {
    'without a region' => -> { { bedrock_credentials_provider: credentials_provider, bedrock_region: nil } },
    'with static keys and no region' => -> { { **static_keys(stand_in.account.issue), bedrock_region: nil } },
    'with the chain and no region' => -> { { bedrock_use_aws_credentials_provider: true, bedrock_region: nil } },
    'with a provider that is none' => -> { { bedrock_credentials_provider: Object.new } },
    'with half of the static keys' => -> { { bedrock_api_key: 'AKID' } }
  }.each do |setting, options|
    it "leaves Bedrock alone #{setting}" do
      fetched = refresh(context_with(**instance_exec(&options)))
      expect(fetched[:failed]).to be_empty
      expect(fetched[:models].map(&:provider)).not_to include('bedrock')
      expect([stand_in.requests, credentials_provider.reads]).to eq([0, 0])
    end
  end
end
