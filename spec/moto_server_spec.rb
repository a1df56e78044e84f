# frozen_string_literal: true

require 'aws-sdk-core'
require 'support/moto_server'

RSpec.describe MotoServer do
  before(:all) do
    described_class.require!(self)
    @moto = described_class.new(auth: true)
    @user = @moto.create_user
    @role_arn = @moto.create_role
    @invokes_models = @moto.invokes_models?
  end

  after(:all) { @moto&.stop }

  let(:model_path) { '/model/amazon.titan-embed-text-v2:0/invoke' }
  let(:body) { '{"inputText":"Köln"}' }
  # Without `accept` moto fails to serialize its own answer.
  let(:headers) { { 'content-type' => 'application/json', 'accept' => 'application/json' } }

  # AWS's own signer.
  def sign(credentials, **options)
    Aws::Sigv4::Signer.new(service: 'bedrock', region: described_class::REGION, credentials_provider: credentials,
                           **options)
                      .sign_request(http_method: 'POST', url: @moto.url + model_path, body: body, headers: headers)
                      .headers.merge(headers)
  end

  def invoke(headers, sent = body)
    skip 'this moto is older than 5.2 and does not know InvokeModel' unless @invokes_models
    Net::HTTP.post(URI(@moto.url + model_path), sent, headers)
  end

  def sts(credentials = nil)
    Aws::STS::Client.new(endpoint: @moto.url, region: described_class::REGION, credentials: credentials, retry_limit: 0)
  end

  def key = Aws::Credentials.new(@user.access_key_id, @user.secret_access_key)

  it 'accepts a request to Bedrock that is signed right' do
    expect(invoke(sign(@user))).to have_attributes(code: '200', body: '{}')
  end

  it 'refuses one whose body was changed, if the body\'s hash is not in a header' do
    expect(invoke(sign(@user, apply_checksum_header: false), body.sub('Köln', 'Bonn')))
      .to have_attributes(code: '403', body: /SignatureDoesNotMatch/)
  end

  it 'believes the header with the body\'s hash, and does not look at the body' do
    expect(invoke(sign(@user), body.sub('Köln', 'Bonn')).code).to eq('200')
    wrong = sign(@user).merge('x-amz-content-sha256' => OpenSSL::Digest::SHA256.hexdigest('Bonn'))
    expect(invoke(wrong)).to have_attributes(code: '403', body: /SignatureDoesNotMatch/)
  end

  it 'refuses one whose signature was changed' do
    signed = sign(@user)
    signed['authorization'] = signed['authorization'].sub(/.\z/) { |digit| digit == '0' ? '1' : '0' }
    expect(invoke(signed)).to have_attributes(code: '403', body: /SignatureDoesNotMatch/)
  end

  it 'refuses a wrong secret, and a key it has not issued' do
    wrong = Aws::Credentials.new(@user.access_key_id, 'wrong')
    expect(invoke(sign(wrong))).to have_attributes(code: '403', body: /SignatureDoesNotMatch/)
    unknown = Aws::Credentials.new('AKIAUNKNOWN', 'secret')
    expect(invoke(sign(unknown))).to have_attributes(code: '403', body: /InvalidClientTokenId/)
  end

  it 'refuses a user that may not' do
    stranger = @moto.create_user('stranger', actions: %w[s3:ListBuckets])
    expect(invoke(sign(stranger))).to have_attributes(code: '403', body: /AccessDenied/)
  end

  it 'gives credentials for AssumeRole, which it accepts with their token' do
    provider = Aws::AssumeRoleCredentials.new(client: sts(key), role_arn: @role_arn, role_session_name: 'spec')
    expect(provider.credentials.session_token).not_to be_empty
    expect(invoke(sign(provider)).code).to eq('200')
  end

  it 'refuses AssumeRole that is signed wrong' do
    wrong = Aws::Credentials.new(@user.access_key_id, 'wrong')
    expect { sts(wrong).assume_role(role_arn: @role_arn, role_session_name: 'spec') }
      .to raise_error(Aws::STS::Errors::SignatureDoesNotMatch)
  end

  it 'gives credentials for AssumeRoleWithWebIdentity, while it does not verify' do
    answer = @moto.without_auth do
      sts.assume_role_with_web_identity(role_arn: @role_arn, role_session_name: 'spec', web_identity_token: 'token')
    end
    expect(answer.credentials.expiration).to be > Time.now
    provider = Aws::Credentials.new(*answer.credentials.to_h.values_at(:access_key_id, :secret_access_key,
                                                                       :session_token))
    expect(invoke(sign(provider)).code).to eq('200')
  end

  it 'ends with the process it was started for, and not with a fork of it' do
    moto = described_class.new
    Process.wait(fork { exit!(moto.stop ? 1 : 0) })
    expect { TCPSocket.open(described_class::HOST, moto.port).close }.not_to raise_error
    moto.stop
    expect { TCPSocket.open(described_class::HOST, moto.port) }.to raise_error(Errno::ECONNREFUSED)
  end
end
