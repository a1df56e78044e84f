# frozen_string_literal: true

require 'aws-sdk-core'
require 'support/moto_server'
require 'support/providers'

# An STS that no one here wrote; botocore verifies what is signed. Where no header has the body's hash it decodes the
# form and encodes it again, so that a blank or an umlaut is a wrong signature to it. The stand-in verifies
# the bytes that came.
RSpec.describe RubyLLM::BedrockCredentials, 'its providers with the STS of moto' do
  include_context 'with providers in a child'

  before(:all) do
    MotoServer.require!(self)
    @moto = MotoServer.new(auth: true)
    @user = @moto.create_user('tenants')
    @roles = %w[first second].map { |name| @moto.create_role(name, actions: %w[bedrock:InvokeModel sts:AssumeRole]) }
  end

  after(:all) { @moto&.stop }

  def with_moto(&block)
    in_child(:none) { AwsStandIn::Environments.apply(@moto.environment, &block) }
  end

  def assume(arn, **options)
    described_class::AssumeRole.new(role_arn: arn, role_session_name: 'from-the-spec', **options)
  end

  # Whom moto takes the provider's set for.
  def whoami(provider)
    Aws::STS::Client.new(endpoint: @moto.url, region: MotoServer::REGION, credentials: provider, retry_limit: 0)
                    .get_caller_identity.arn
  end

  it 'assumes a role with all that STS takes, and one with its set' do
    with_moto do
      first = assume(@roles.first, source: @user, external_id: 'acme/42', duration_seconds: 900,
                                   tags: { Tenant: 'acme' }, transitive_tag_keys: ['Tenant'],
                                   source_identity: 'alice', policy_arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
                                   policy: { Version: '2012-10-17', Statement: [] })
      second = assume(@roles.last, source: first)
      expect([whoami(first), whoami(second)])
        .to match([%r{:assumed-role/first/from-the-spec\z}, %r{:assumed-role/second/from-the-spec\z}])
      expect(first.expiration - Time.now).to be_between(800, 905)
    end
  end

  it 'assumes a role with a web identity' do
    with_moto do
      file = File.join(Dir.home, 'token').tap { |path| File.write(path, "header.claims.seal\n") }
      provider = described_class::WebIdentity.new(role_arn: @roles.first, web_identity_token_file: file,
                                                  role_session_name: 'pod', duration_seconds: 1800)
      @moto.without_auth { provider.credentials }
      expect(whoami(provider)).to match(%r{:assumed-role/first/pod\z})
    end
  end

  it 'is told in moto\'s words why it may not, and shows no secret' do
    with_moto do
      wrong = Aws::Credentials.new(@user.access_key_id, 'wrong/canary')
      expect { assume(@roles.first, source: wrong).credentials }
        .to raise_error(described_class::CredentialsSourceError, /HTTP 403(?!.*canary)/m)
    end
  end
end
