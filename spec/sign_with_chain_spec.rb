# frozen_string_literal: true

require_relative 'support/child'

RSpec.describe RubyLLM::BedrockCredentials, '.sign with the default chain' do
  let(:keys) { %w[AKIDEXAMPLE secret token] }
  let(:static) do
    RubyLLM::BedrockCredentials::Credentials.new(access_key_id: keys[0], secret_access_key: keys[1],
                                                 session_token: keys[2])
  end

  it 'makes no Ruby object of the credentials: no more than where they are Ruby objects already' do
    chain, given = Child.run do
      ENV.update(%w[AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN].zip(keys).to_h)
      [RubyLLM::BedrockCredentials::DefaultCredentialsChain.new, static].map { |provider| objects_of_a_signature(provider) }
    end
    expect(chain).to be <= given
  end

  def objects_of_a_signature(provider)
    request = RubyLLM::BedrockCredentials::Request.new(http_method: 'GET', url: 'https://host/', region: 'eu-west-1')
    described_class.sign(request, provider)
    GC.disable
    before = GC.stat(:total_allocated_objects)
    100.times { described_class.sign(request, provider) }
    (GC.stat(:total_allocated_objects) - before) / 100
  end
end
