# frozen_string_literal: true

require 'aws-sdk-core'
require 'digest'
require 'support/moto_server'

# botocore verifies here: a third implementation beside aws-sigv4's two.
RSpec.describe RubyLLM::BedrockCredentials, '.sign, verified by moto' do
  before(:all) do
    MotoServer.require!(self)
    @moto = MotoServer.new(auth: true)
    @user = @moto.create_user
    skip 'this moto is older than 5.2 and does not know InvokeModel' unless @moto.invokes_models?
  end

  after(:all) { @moto&.stop }

  let(:url) { "#{@moto.url}/model/amazon.titan-embed-text-v2%3A0/invoke" }
  let(:body) { '{"inputText":"Köln"}' }
  # Without `accept` moto fails to serialize its own answer.
  let(:headers) do
    { 'content-type' => 'application/json', 'accept' => 'application/json', 'x-amz-meta-team' => 'blue' }
  end

  def sign(provider = @user, **changes)
    request = described_class::Request.new(http_method: 'POST', url: url, region: MotoServer::REGION, body: body,
                                           headers: headers, **changes)
    headers.merge(described_class.sign(request, provider))
  end

  def invoke(headers, url: self.url)
    Net::HTTP.post(URI(url), body, headers)
  end

  it 'is accepted' do
    expect(invoke(sign)).to have_attributes(code: '200', body: '{}')
  end

  it 'is accepted with a query of duplicate keys, and with headers that are not signed' do
    with_query = "#{url}?b=2&a=%2A&b=1&c="
    signed = sign(url: with_query).merge('user-agent' => 'other', 'x-amzn-trace-id' => 'Root=1')
    expect(invoke(signed, url: with_query).code).to eq('200')
  end

  it 'is accepted with the token of an assumed role' do
    key = Aws::Credentials.new(@user.access_key_id, @user.secret_access_key)
    sts = Aws::STS::Client.new(endpoint: @moto.url, region: MotoServer::REGION, credentials: key)
    role = Aws::AssumeRoleCredentials.new(client: sts, role_arn: @moto.create_role, role_session_name: 'spec')
    signed = sign(role)
    expect(signed['x-amz-security-token']).to eq(role.credentials.session_token)
    expect(invoke(signed)).to have_attributes(code: '200', body: '{}')
  end

  {
    'signature' => ->(signed) { signed['authorization'].sub!(/.\z/) { |digit| digit == '0' ? '1' : '0' } },
    'date' => ->(signed) { signed['x-amz-date'].sub!(/.Z\z/) { |digit| digit == '0Z' ? '1Z' : '0Z' } },
    'content hash' => ->(signed) { signed['x-amz-content-sha256'] = Digest::SHA256.hexdigest('Bonn') },
    'content type' => ->(signed) { signed['content-type'] = 'text/plain' },
    'x-amz-* header of the caller' => ->(signed) { signed['x-amz-meta-team'] = 'green' }
  }.each do |part, change|
    it "is refused with another #{part}" do
      signed = sign.transform_values(&:dup)
      expect { change.call(signed) }.to(change { signed.dup.transform_values(&:dup) })
      expect(invoke(signed)).to have_attributes(code: '403', body: /SignatureDoesNotMatch|IncompleteSignature/)
    end
  end

  it 'is refused at another URL' do
    expect(invoke(sign, url: url.sub('v2', 'v1'))).to have_attributes(code: '403', body: /SignatureDoesNotMatch/)
  end

  it 'is refused with the secret of another' do
    stranger = MotoServer::User.new(access_key_id: @user.access_key_id, secret_access_key: 'other')
    expect(invoke(sign(stranger))).to have_attributes(code: '403', body: /SignatureDoesNotMatch/)
  end
end
