# frozen_string_literal: true

require 'uri'

# Each object of a request's is one more for the collector to find and to free.
RSpec.describe RubyLLM::BedrockCredentials, '.sign and the objects it makes' do
  # An average over many: once in a while Ruby makes some of its own.
  def objects(times = 1_000, &signature)
    signature.call
    before = GC.stat(:total_allocated_objects)
    times.times(&signature)
    (GC.stat(:total_allocated_objects) - before).fdiv(times).round
  end

  let(:set) do
    described_class::Credentials.new(access_key_id: 'AKIDEXAMPLE', secret_access_key: 'secret',
                                     session_token: 'a' * 800)
  end

  it 'are the Request, the Hash and the four Strings in it' do
    # RSpec's own methods make some too.
    gem = described_class
    credentials = set
    made = objects do
      request = gem::Request.new(http_method: 'POST', url: 'https://h.example/', region: 'us-west-2', headers: nil)
      gem.sign(request, credentials)
    end
    # Ruby 3.1 takes keywords by way of a Hash.
    expect(made).to be <= (RUBY_VERSION < '3.2' ? 7 : 6)
  end

  it 'are the Hash and the four Strings in it, where the hook signs' do
    gem = described_class
    credentials = set
    url = URI('https://h.example/model/id/converse')
    made = objects { gem.sign_attributes(credentials, 'POST', url, nil, nil, 'us-west-2', 'bedrock', nil) }
    expect(made).to eq(5)
  end

  it 'have a token that may be changed, as every other may' do
    request = described_class::Request.new(http_method: 'POST', url: 'https://h.example/', region: 'us-west-2')
    first, second = Array.new(2) { described_class.sign(request, set)['x-amz-security-token'] }
    first << 'changed'
    expect([second, set.session_token]).to all(eq('a' * 800))
  end
end
