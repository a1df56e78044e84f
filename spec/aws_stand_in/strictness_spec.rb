# frozen_string_literal: true

require 'aws-sdk-core'
require 'net/http'
require 'support/adjustable_clock'
require 'support/aws_stand_in'

RSpec.describe AwsStandIn, 'strictness' do
  let(:clock) { AdjustableClock.new }
  let(:stand_in) { described_class.new(account: BedrockStandIn::Account.new(clock: clock)) }

  after { stand_in.stop }

  def call(http_method, path, headers = {}, body = nil)
    Net::HTTP.start('127.0.0.1', stand_in.server.port) { |http| http.send_request(http_method, path, body, headers) }
  end

  def client(service, **options)
    service::Client.new(endpoint: stand_in.url, region: 'us-west-2', credentials: nil, retry_limit: 0, **options)
  end

  def refusal = stand_in.journal.refusals.last

  describe 'instance metadata' do
    let(:ttl) { 'x-aws-ec2-metadata-token-ttl-seconds' }
    let(:role_path) { '/latest/meta-data/iam/security-credentials/' }

    def token(seconds = 60) = call('PUT', '/latest/api/token', ttl => seconds.to_s)

    def read(path, token) = call('GET', path, { 'x-aws-ec2-metadata-token' => token }.compact)

    it 'grants a token, and says for how long' do
      expect(token.to_hash).to include(ttl => ['60'])
      expect(read(role_path, token.body)).to have_attributes(code: '200', body: 'bedrock-instance-role')
      expect(read('/latest/meta-data/placement/region', token.body).body).to eq('us-west-2')
    end

    it 'refuses a token request without a TTL, and with one out of range' do
      expect(call('PUT', '/latest/api/token').code).to eq('400')
      expect([0, 21_601, 'x'].map { |seconds| token(seconds).code }).to eq(%w[400 400 400])
    end

    it 'refuses a token to a request that came through a proxy' do
      expect(call('PUT', '/latest/api/token', ttl => '60', 'X-Forwarded-For' => '10.0.0.1').code).to eq('403')
    end

    it 'refuses to answer without a token, with a wrong one and with an expired one' do
      granted = token.body
      clock.advance(60)
      expect([nil, 'wrong', granted].map { |value| read(role_path, value).code }).to eq(%w[401 401 401])
      expect(stand_in.journal.refusals)
        .to eq(['no metadata token', 'an unknown metadata token', 'an expired metadata token'])
    end

    it 'does not know another role, nor any where the instance has none' do
      expect(read("#{role_path}other", token.body).code).to eq('404')
      stand_in.imds.role = nil
      expect(read(role_path, token.body).code).to eq('404')
    end

    it 'adds the account in the extended path, which old services do not have' do
      path = '/latest/meta-data/iam/security-credentials-extended/bedrock-instance-role'
      expect(JSON.parse(read(path, token.body).body))
        .to include('Code' => 'Success', 'Type' => 'AWS-HMAC', 'AccountId' => described_class::ACCOUNT_ID)
      stand_in.imds.extended = false
      expect(read(path, token.body).code).to eq('404')
    end
  end

  describe 'container credentials' do
    let(:path) { described_class::ContainerCredentials::POD_IDENTITY_PATH }

    it 'refuses no token, a wrong one, and the one that was good before the rotation' do
      before = stand_in.container.authorization.token
      stand_in.container.authorization.rotate
      expect([nil, 'wrong', before].map { |token| call('GET', path, { 'Authorization' => token }.compact).code })
        .to eq(%w[401 403 403])
    end
  end

  describe 'the SSO portal' do
    let(:role) { { role_name: 'BedrockUser', account_id: described_class::ACCOUNT_ID } }

    it 'refuses an unknown token and an expired one' do
      token = stand_in.sso.log_in(lifetime: 60)
      portal = client(Aws::SSO)
      expect { portal.get_role_credentials(access_token: token, **role) }.not_to raise_error
      clock.advance(60)
      ['wrong', token].each do |value|
        expect { portal.get_role_credentials(access_token: value, **role) }
          .to raise_error(Aws::SSO::Errors::UnauthorizedException, 'Session token not found or invalid')
      end
    end

    it 'refuses another role' do
      token = stand_in.sso.log_in(lifetime: 60)
      expect { client(Aws::SSO).get_role_credentials(access_token: token, **role, role_name: 'Other') }
        .to raise_error(Aws::SSO::Errors::ForbiddenException)
    end
  end

  describe 'OIDC' do
    let(:registered) { stand_in.oidc.register }

    def renew(refresh_token, secret: registered.secret, grant_type: 'refresh_token')
      client(Aws::SSOOIDC).create_token(client_id: registered.id, client_secret: secret, grant_type: grant_type,
                                        refresh_token: refresh_token)
    end

    it 'takes a refresh token once' do
      first = registered.refresh_token
      expect(renew(first).refresh_token).to eq(registered.refresh_token)
      expect { renew(first) }.to raise_error(Aws::SSOOIDC::Errors::InvalidGrantException)
    end

    it 'refuses a wrong client secret and another grant' do
      expect { renew(registered.refresh_token, secret: 'wrong') }
        .to raise_error(Aws::SSOOIDC::Errors::InvalidClientException)
      expect { renew(registered.refresh_token, grant_type: 'authorization_code') }
        .to raise_error(Aws::SSOOIDC::Errors::UnsupportedGrantTypeException)
    end
  end

  describe 'sign-in' do
    let(:session) { stand_in.signin.log_in }
    let(:proofs) { [] }

    # The proof is made by aws-sdk-core, for the real time.
    def renew(key: session.key, proof: nil, refresh_token: session.refresh_token)
      signin = client(Aws::Signin)
      maker = Aws::LoginCredentials.allocate.tap { |login| login.instance_variable_set(:@client, signin) }
      proofs << (proof || maker.send(:dpop_proof, key.to_pem, "#{stand_in.url}/v1/token"))
      body = { clientId: described_class::SignIn::CLIENT_ID, grantType: 'refresh_token', refreshToken: refresh_token }
      call('POST', '/v1/token', { 'DPoP' => proofs.last, 'Content-Type' => 'application/json' }, JSON.generate(body))
    end

    it 'takes a proof of the key that the session is bound to' do
      expect(renew.code).to eq('200')
    end

    it 'refuses no proof, one of another key, and one that was shown before' do
      expect(renew(proof: 'none').code).to eq('400')
      expect(renew(key: OpenSSL::PKey::EC.generate('prime256v1')).code).to eq('400')
      expect(refusal).to eq('DPoP: another key than the one the session is bound to')
      renew
      expect(renew(proof: proofs.last).code).to eq('400')
      expect(refusal).to eq('DPoP: shown before')
    end

    it 'refuses a proof whose signature or time is wrong' do
      renew
      expect(renew(proof: proofs.last.sub(/.{86}\z/, 'A' * 86)).code).to eq('400')
      expect(refusal).to eq('DPoP: the signature')
      clock.advance(described_class::DpopProof::LEEWAY + 1)
      renew
      expect(refusal).to eq('DPoP: iat is not now')
    end

    it 'says that the session is over when the refresh token is used up' do
      used = session.refresh_token
      renew
      expect(renew(refresh_token: used)).to have_attributes(code: '401', body: /TOKEN_EXPIRED/)
    end
  end

  describe 'STS' do
    let(:role) { { role_arn: described_class::Environments::ROLE_ARN, role_session_name: 'spec' } }
    let(:set) { stand_in.account.issue(lifetime: 60) }

    def sts(set, secret: set.secret_access_key)
      client(Aws::STS, credentials: Aws::Credentials.new(set.access_key_id, secret, set.session_token))
    end

    it 'refuses a wrong secret, an unknown key and an expired set' do
      expect { sts(set, secret: 'wrong').assume_role(role) }.to raise_error(Aws::STS::Errors::SignatureDoesNotMatch)
      unknown = BedrockStandIn::Account.new.issue(lifetime: 60)
      expect { sts(unknown).assume_role(role) }.to raise_error(Aws::STS::Errors::InvalidClientTokenId)
      expect { sts(set).assume_role(role) }.not_to raise_error
      clock.advance(60)
      expect { sts(set).assume_role(role) }.to raise_error(Aws::STS::Errors::ExpiredToken)
    end

    it 'refuses the web identity that was good before the rotation' do
      token = stand_in.sts.web_identity.token
      identify = -> { client(Aws::STS).assume_role_with_web_identity(web_identity_token: token, **role) }
      expect(&identify).not_to raise_error
      stand_in.sts.web_identity.rotate
      expect(&identify).to raise_error(Aws::STS::Errors::InvalidIdentityToken)
    end

    it 'refuses what is not a role, and a session of a minute' do
      expect { sts(set).assume_role(role.merge(role_arn: 'arn:aws:iam::123456789012:user/me')) }
        .to raise_error(Aws::STS::Errors::ValidationError, /roleArn/)
      expect { sts(set).assume_role(role.merge(duration_seconds: 60)) }
        .to raise_error(Aws::STS::Errors::ValidationError, /durationSeconds/)
    end
  end
end
