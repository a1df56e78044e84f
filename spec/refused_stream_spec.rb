# frozen_string_literal: true

RSpec.describe RubyLLM::BedrockCredentials::RefusedStream do
  let(:heard) { [] }
  let(:on_data) { proc { |chunk, size, _env| heard << [chunk, size] } }
  let(:env) { Faraday::Env.from(request: Faraday::RequestOptions.from(on_data: on_data)) }

  def hear(*chunks, status:)
    env.status = status
    size = 0
    described_class.filtered(env) do
      chunks.each { |chunk| env.request.on_data.call(chunk, size += chunk.bytesize, env) }
    end
  end

  it 'hands a refusal over once it is whole, without the token that AWS repeats' do
    hear('{"message":"x-amz-security-', "token:to\u00e9".b, 'ken\\n"', '}', status: 403)
    expect(heard.map(&:first)).to eq(['{"message":"x-amz-security-token:[FILTERED]\\n"}'])
  end

  it 'hands over what is no JSON as it comes' do
    hear('Forbidden: x-amz-security-token:canary', ' by the gateway', status: 403)
    expect(heard.map(&:first)).to eq(['Forbidden: x-amz-security-token:[FILTERED]', ' by the gateway'])
  end

  it 'leaves an answer that is no refusal as it is, a piece at a time' do
    hear('{"x-amz-security-token:', 'canary', status: 200)
    expect(heard).to eq([['{"x-amz-security-token:', 23], ['canary', 29]])
  end

  it 'forgets what an attempt before has left unfinished' do
    hear('{"message":', status: 503)
    hear('{}', status: 403)
    expect([heard.map(&:first), env.request.on_data]).to eq([['{}'], on_data])
  end

  it 'lets a request alone that is no stream' do
    env.request.on_data = nil
    expect(described_class.filtered(env) { env.request.on_data }).to be_nil
  end
end
