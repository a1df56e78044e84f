# frozen_string_literal: true

require_relative 'support/plain_ruby_llm'
require_relative 'support/with_bedrock'

RSpec.describe RubyLLM::BedrockCredentials::Endpoints do
  include_context 'with Bedrock'

  services = { api_base: 'bedrock-runtime', models_api_base: 'bedrock', control_api_base: 'bedrock',
               agent_api_base: 'bedrock-agent-runtime', mantle_api_base: 'bedrock-mantle' }
             .select { |name, _| bedrock?(name) }

  # The suffix of an ordinary endpoint, and of mantle's, which is a dual-stack one.
  {
    'cn-north-1' => %w[amazonaws.com.cn api.amazonwebservices.com.cn],
    'us-gov-west-1' => %w[amazonaws.com api.aws],
    'eusc-de-east-1' => %w[amazonaws.eu api.amazonwebservices.eu],
    'eu-central-1' => %w[amazonaws.com api.aws]
  }.each do |region, (standard, dual_stack)|
    services.each do |name, service|
      host = "#{service}.#{region}.#{name == :mantle_api_base ? dual_stack : standard}"

      it "asks #{host} as the #{name}" do
        provider = bedrock(context_with(bedrock_credentials_provider: credentials_provider, bedrock_region: region,
                                        bedrock_api_base: nil, **({ bedrock_mantle_api_base: nil } if mantle?).to_h))
        expect(provider.send(name)).to eq("https://#{host}")
      end
    end
  end

  def mantle?
    RubyLLM::Configuration.method_defined?(:bedrock_mantle_api_base)
  end

  it 'leaves an endpoint that is configured as it is' do
    expect(bedrock(context_with(bedrock_credentials_provider: credentials_provider, bedrock_region: 'cn-north-1'))
             .api_base).to eq(stand_in.url)
  end

  it 'mends what RubyLLM alone asks in China' do
    hosts = PlainRubyLLM.run(:hosts_in_china, nil, static_keys(stand_in.account.issue)).split
    expect(hosts).to eq(%w[bedrock-runtime.cn-north-1.amazonaws.com bedrock.cn-north-1.amazonaws.com])
  end
end
