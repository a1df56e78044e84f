# frozen_string_literal: true

require 'aws-sdk-core'
require 'net/http'
require 'support/adjustable_clock'
require 'support/aws_stand_in'

# The clients are aws-sdk-core's own providers, which no one here wrote.
RSpec.describe AwsStandIn do
  let(:stand_in) { described_class.new }
  let(:names) { described_class::LoginSources }

  after do
    stand_in.stop
    Aws.shared_config.fresh(config_enabled: true)
  end

  def within(source, **options)
    described_class::Environments.apply(stand_in.environment(source, **options)) do
      Aws.shared_config.fresh(config_enabled: true)
      yield
    end
  end

  def resolve(source, **options)
    within(source, **options) { Aws::CredentialProviderChain.new.resolve }
  end

  def sso_options(kind)
    common = { sso_account_id: described_class::ACCOUNT_ID, sso_role_name: 'BedrockUser', sso_region: 'us-west-2' }
    common.merge(kind == :sso ? { sso_session: names::SSO_SESSION } : { sso_start_url: names::START_URL })
  end

  # Both as the stand-in issued them, and not a part of one set and a part of another.
  def be_issued
    satisfy('be a set the account has issued') do |credentials|
      set = stand_in.account.find(credentials.access_key_id)
      set && [credentials.secret_access_key, credentials.session_token] == [set.secret_access_key, set.session_token]
    end
  end

  describe 'the chain of aws-sdk-core' do
    {
      environment: [Aws::Credentials, {}],
      static_profile: [Aws::SharedCredentials, {}],
      assume_role: [Aws::AssumeRoleCredentials, { sts_assume_role: 1 }],
      assume_role_chain: [Aws::AssumeRoleCredentials, { sts_assume_role: 2 }],
      assume_role_with_imds: [Aws::AssumeRoleCredentials,
                              { imds_token: 1, imds_role: 1, imds_credentials: 1, sts_assume_role: 1 }],
      assume_role_with_container: [Aws::AssumeRoleCredentials, { container_credentials: 1, sts_assume_role: 1 }],
      web_identity: [Aws::AssumeRoleWebIdentityCredentials, { sts_assume_role_with_web_identity: 1 }],
      web_identity_profile: [Aws::AssumeRoleWebIdentityCredentials, { sts_assume_role_with_web_identity: 1 }],
      sso: [Aws::SSOCredentials, { sso_get_role_credentials: 1 }],
      sso_legacy: [Aws::SSOCredentials, { sso_get_role_credentials: 1 }],
      login: [Aws::LoginCredentials, { signin_create_token: 1 }],
      ecs_full_uri: [Aws::ECSCredentials, { container_credentials: 1 }],
      pod_identity: [Aws::ECSCredentials, { container_credentials: 1 }],
      imds: [Aws::InstanceProfileCredentials, { imds_token: 1, imds_role: 1, imds_credentials: 1 }]
    }.each do |source, (provider, calls)|
      it "finds #{provider} where the environment says #{source}" do
        resolved = resolve(source)
        expect(resolved).to be_a(provider)
        expect(resolved.credentials).to be_issued
        expect(stand_in.journal).to have_attributes(counts: calls, refusals: [])
      end
    end

    it 'finds Aws::ProcessCredentials where the environment says process' do
      expect(resolve(:process)).to be_a(Aws::ProcessCredentials)
      expect(stand_in.journal.counts.keys).to eq([:process_credentials])
    end

    it 'finds nothing where the environment says none' do
      expect(resolve(:none)).to be_nil
      expect(stand_in.journal.counts).to eq({})
    end
  end

  describe 'the providers of aws-sdk-core by themselves' do
    it 'serves InstanceProfileCredentials over IPv6' do
      within(:imds, host: '::1') { expect(Aws::InstanceProfileCredentials.new.credentials).to be_issued }
      expect(stand_in.url('::1')).to start_with('http://[::1]:')
    end

    it 'serves ECSCredentials by a relative URI' do
      options = { credential_path: described_class::ContainerCredentials::ECS_PATH, ip_address: '127.0.0.1' }
      within(:ecs_full_uri) do
        expect(Aws::ECSCredentials.new(port: stand_in.server.port, **options).credentials).to be_issued
      end
    end

    it 'serves ECSCredentials at the address that a task has, in a network namespace of its own' do
      skip 'only root can give this machine 169.254.170.2' unless Process.uid.zero?
      child = <<~RUBY
        AwsStandIn::LinkLocal.assign
        stand_in = AwsStandIn.new
        AwsStandIn::Environments.apply(stand_in.environment(:ecs)) do
          print Aws::CredentialProviderChain.new.resolve.class, ' ', stand_in.calls(:container_credentials)
        end
      RUBY
      command = [RbConfig.ruby, '-Ispec', '-rsupport/aws_stand_in', '-raws-sdk-core', '-e', child]
      expect(IO.popen(['unshare', '--net', *command], &:read)).to eq('Aws::ECSCredentials 1')
    end

    it 'serves SSOCredentials with a session, and without' do
      within(:sso) { expect(Aws::SSOCredentials.new(**sso_options(:sso)).credentials).to be_issued }
      within(:sso_legacy) { expect(Aws::SSOCredentials.new(**sso_options(:legacy)).credentials).to be_issued }
    end

    it 'renews the access token of SSOCredentials, whose refresh token works once' do
      within(:sso, token_lifetime: -1) do
        2.times { expect(Aws::SSOCredentials.new(**sso_options(:sso)).credentials).to be_issued }
      end
      expect(stand_in.journal.counts).to eq(oidc_create_token: 1, sso_get_role_credentials: 2)
    end

    it 'serves AssumeRoleCredentials, and says who one is' do
      user = stand_in.account.issue_long_term
      within(:environment, set: user) do
        client = Aws::STS::Client.new
        provider = Aws::AssumeRoleCredentials.new(client: client, role_arn: described_class::Environments::ROLE_ARN,
                                                  role_session_name: 'spec')
        expect(provider.credentials).to be_issued
        expect(client.get_caller_identity.account).to eq(described_class::ACCOUNT_ID)
      end
    end

    it 'serves AssumeRoleWebIdentityCredentials, and again after the token was rotated' do
      within(:web_identity) do
        file = ENV.fetch('AWS_WEB_IDENTITY_TOKEN_FILE')
        provider = Aws::AssumeRoleWebIdentityCredentials.new(role_arn: ENV.fetch('AWS_ROLE_ARN'),
                                                             web_identity_token_file: file)
        stand_in.sts.web_identity.rotate
        provider.refresh!
        expect(provider.credentials).to be_issued
      end
      expect(stand_in.journal).to have_attributes(refusals: [], counts: { sts_assume_role_with_web_identity: 2 })
    end

    it 'serves ECSCredentials again after the token of the pod was rotated' do
      within(:pod_identity) do
        provider = Aws::ECSCredentials.new
        stand_in.container.authorization.rotate
        provider.refresh!
        expect(provider.credentials).to be_issued
      end
      expect(stand_in.journal.refusals).to eq([])
    end

    it 'serves ProcessCredentials, and tells the process why not' do
      command = stand_in.process.command(Dir.mktmpdir)
      expect(Aws::ProcessCredentials.new([command]).credentials).to be_issued
      stand_in.fault(:process, :deny)
      expect { Aws::ProcessCredentials.new([command]) }
        .to raise_error(Aws::Errors::InvalidProcessCredentialsPayload)
        .and output('Access denied: log in first').to_stderr_from_any_process
    end
  end

  it 'issues sets that live as long as its clock says' do
    clock = AdjustableClock.new
    account = BedrockStandIn::Account.new(clock: clock)
    stand_in = described_class.new(account: account, lifetime: 900)
    set = account.find(described_class::Environments.apply(stand_in.environment(:pod_identity)) do
      Aws::ECSCredentials.new.credentials.access_key_id
    end)
    expect { clock.advance(900) }.to change { set.expired?(clock.now) }.from(false).to(true)
    stand_in.stop
  end
end
