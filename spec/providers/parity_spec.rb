# frozen_string_literal: true

require 'aws-sdk-core'
require 'support/providers'

# The same arguments give the same request, whoever makes it.
RSpec.describe RubyLLM::BedrockCredentials, 'beside the providers of aws-sdk-core' do
  include_context 'with providers in a child'

  policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"bedrock:*","Resource":"*"}]}'
  managed = 'arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess'

  def client(credentials) = Aws::STS::Client.new(endpoint: aws.url, region: 'us-west-2', credentials: credentials)

  def scopes(operation)
    aws.journal.requests(operation).map { |request| request['authorization'].to_s[/Credential=\S+?,/] }
  end

  {
    'nothing but the role' => {},
    'an external id and a duration' => { external_id: 'acme:42/7', duration_seconds: 900 },
    'policies' => { policy: policy, policy_arns: [{ arn: managed }, { arn: managed.sub('aws:p', '123456789012:p') }] },
    'tags' => { tags: [{ key: 'Tenant', value: 'Köln + Bonn' }, { key: 'Plan', value: '' }],
                transitive_tag_keys: %w[Tenant], source_identity: 'alice@example' }
  }.each do |name, arguments|
    it "asks STS for a role with #{name} as Aws::AssumeRoleCredentials does" do
      in_child(:none) do
        source = Aws::Credentials.new(*user.to_h.values_at(:access_key_id, :secret_access_key))
        Aws::AssumeRoleCredentials.new(client: client(source), role_arn: arn('tenant'), role_session_name: 'spec',
                                       **arguments)
        role(source: source, **arguments).credentials
        theirs, ours = forms
        expect(ours).to eq(theirs)
        expect(ours.size).to be > 3
        expect(scopes(assumed).uniq.size).to eq(1)
      end
    end
  end

  it 'asks STS for a role with a web identity as Aws::AssumeRoleWebIdentityCredentials does' do
    arguments = { role_session_name: 'spec', duration_seconds: 1800, policy: policy, policy_arns: [{ arn: managed }] }
    in_child(:none) do
      provider = web_identity(**arguments)
      Aws::AssumeRoleWebIdentityCredentials.new(client: client(nil), role_arn: provider.role_arn,
                                                web_identity_token_file: File.join(Dir.home, 'token'), **arguments)
      provider.credentials
      theirs, ours = forms(:sts_assume_role_with_web_identity)
      expect(ours).to eq(theirs)
      expect(ours).to include('WebIdentityToken' => aws.sts.web_identity.token, 'DurationSeconds' => '1800')
    end
  end

  it 'takes tags and policies as a Hash too' do
    in_child(:none) do
      source = user
      role(source: source, tags: [{ key: 'Tenant', value: 'acme' }], policy: policy).credentials
      role(source: source, tags: { Tenant: 'acme' }, policy: JSON.parse(policy)).credentials
      expect(forms.uniq.size).to eq(1)
    end
  end

  it 'has the sets of a profile and of a process that aws-sdk-core has' do
    in_child(:static_profile, profile: 'tenant') do
      ENV.delete('AWS_PROFILE')
      Aws.shared_config.fresh(config_enabled: true)
      theirs = Aws::SharedCredentials.new(profile_name: 'tenant').credentials
      ours = described_class::Profile.new(profile_name: 'tenant').credentials
      expect([ours.access_key_id, ours.secret_access_key, ours.session_token])
        .to eq([theirs.access_key_id, theirs.secret_access_key, theirs.session_token])
      answer = { Version: 1, AccessKeyId: 'AKIDPROCESS', SecretAccessKey: 'a b', AccountId: '123456789012' }.to_json
      command = ['printf', '%s', answer]
      theirs = Aws::ProcessCredentials.new(command).credentials
      ours = described_class::ProcessCredentials.new(command).credentials
      expect([ours.access_key_id, ours.secret_access_key, ours.session_token, ours.account_id])
        .to eq([theirs.access_key_id, theirs.secret_access_key, theirs.session_token, theirs.account_id])
    end
  end

  it 'takes the arguments that aws-sdk-core takes, but for MFA and contexts' do
    taken = lambda do |klass|
      klass.method(:new).parameters.filter_map { |kind, name| name if %i[key keyreq].include?(kind) }
    end
    left_out = %i[serial_number token_code provided_contexts minimum_session_token_size web_identity_token]
    { described_class::AssumeRole => :assume_role,
      described_class::WebIdentity => :assume_role_with_web_identity }.each do |klass, operation|
      theirs = Aws::STS::Client.api.operation(operation).input.shape.member_names - left_out
      expect(taken.call(klass) & theirs).to match_array(theirs)
    end
  end
end
