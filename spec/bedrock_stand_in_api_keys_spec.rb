# frozen_string_literal: true

require_relative 'support/signed_requests'

RSpec.describe BedrockStandIn, 'takes Bedrock API keys as AWS does' do
  include_context 'with signed requests'

  let(:key) { stand_in.account.issue_api_key }

  def bearing(key)
    { 'content-type' => 'application/json', 'authorization' => "Bearer #{key}" }
  end

  it 'in the place of a signature' do
    expect(post(bearing(key))).to have_attributes(code: '200', body: include('Hello from the stand-in.'))
  end

  it 'for every endpoint' do
    answers = ['/v1/models', '/foundation-models'].map do |path|
      Net::HTTP.start('127.0.0.1', URI(stand_in.url).port) { |http| http.get(path, bearing(key)).code }
    end
    expect(answers).to eq(%w[200 200])
  end

  it 'and logs them, with no access key' do
    post(bearing(key))
    expect(stand_in.log).to contain_exactly(
      have_attributes(verdict: :accepted, api_key: key, access_key_id: nil, signature: nil, signed_headers: [])
    )
  end

  it 'and logs none for a signature' do
    post(sign)
    expect(stand_in.log.last.api_key).to be_nil
  end

  it 'until a short-term key expires' do
    short = stand_in.account.issue_api_key(lifetime: 60)
    expect(post(bearing(short)).code).to eq('200')
    clock.advance(60)
    expect(post(bearing(short))).to refused_with('AccessDeniedException', 'Bearer Token has expired')
  end

  it 'and refuses a deleted one' do
    stand_in.account.api_keys.revoke(key)
    expect(post(bearing(key))).to refused_with('AccessDeniedException', a_string_including('your API Key is valid'))
  end

  it 'and refuses one it never issued' do
    unknown = described_class::Account.new.issue_api_key
    expect(post(bearing(unknown)))
      .to refused_with('AccessDeniedException', 'Authentication failed: Please make sure your API Key is valid.')
  end

  it 'and refuses what is no key, an access key id for one' do
    expect(post(bearing(credentials.access_key_id)))
      .to refused_with('AccessDeniedException', a_string_starting_with('Invalid API Key format'))
  end

  it 'and refuses one without its scheme, or without the key' do
    codes = [key, 'Bearer '].map { |value| post(bearing(key).merge('authorization' => value))['x-amzn-ErrorType'] }
    expect(codes).to all(eq('IncompleteSignatureException'))
  end

  it 'and shows none when inspected' do
    expect([stand_in.account, stand_in.account.api_keys].map(&:inspect).join).not_to include(key)
  end
end
