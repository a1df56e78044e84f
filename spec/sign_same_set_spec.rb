# frozen_string_literal: true

# A set that comes again is not copied again: told by its values, whoever holds them.
RSpec.describe RubyLLM::BedrockCredentials, '.sign with a set that changes between two requests' do
  let(:provider) do
    Struct.new(:access_key_id, :secret_access_key, :session_token) { def credentials = self }
          .new(+'AKIDEXAMPLE', +'secret', +'token')
  end

  def sign(provider)
    request = described_class::Request.new(http_method: 'POST', url: 'https://h.example/', region: 'us-west-2',
                                           time: Time.utc(2026, 11, 22, 12, 30, 15))
    described_class.sign(request, provider)
  end

  # Signed with others in between, so that it is another's set that is there to be mistaken for it.
  def afresh(provider)
    sign(described_class::Credentials.new(access_key_id: 'AKIDOTHER', secret_access_key: 'other'))
    sign(described_class::Credentials.new(**provider.to_h.transform_values(&:dup)))
  end

  [['the key, in place', ->(set) { set.access_key_id << 'B' }],
   ['the secret, in place', ->(set) { set.secret_access_key.replace('SECRET') }],
   ['the token, in place', ->(set) { set.session_token.setbyte(0, 84) }],
   ['the secret, for another String', ->(set) { set.secret_access_key = 'another' }],
   ['the token, for none', ->(set) { set.session_token = nil }],
   ['the token, for a blank one', ->(set) { set.session_token = '' }],
   ['all three', ->(set) { set.each { |text| text << '2' } }]].each do |what, change|
    it "signs with the new one: #{what}" do
      before = sign(provider)
      change.call(provider)
      now = sign(provider)
      expect(now).not_to eq(before)
      expect(now).to eq(afresh(provider))
    end
  end

  it 'refuses what it has become, and signs once it is as it was' do
    before = sign(provider)
    ["\n", "\xFF", 'token'.encode('UTF-16LE')].each do |bad|
      token = provider.session_token
      provider.session_token = bad
      2.times { expect { sign(provider) }.to raise_error(described_class::InvalidCredentialsError, /session_token/) }
      provider.session_token = token
      expect(sign(provider)).to eq(before)
    end
  end

  it 'refuses the same bytes in an encoding in which they are another text' do
    provider.secret_access_key = 'secret'
    before = sign(provider)
    provider.secret_access_key = (+'secret').force_encoding('UTF-16LE')
    expect { sign(provider) }.to raise_error(described_class::InvalidCredentialsError, /secret_access_key/)
    provider.secret_access_key = (+'secret').force_encoding('BINARY')
    expect(sign(provider)).to eq(before)
  end
end
