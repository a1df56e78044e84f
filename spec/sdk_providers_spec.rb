# frozen_string_literal: true

require 'aws-sdk-core'
require_relative 'support/child'

# aws-sdk-core's own providers, which no one here wrote. They take a set for too old five minutes ahead of its
# expiration: of sets that live for a minute they load another for every read.
RSpec.describe 'bedrock_credentials_provider' do
  include_context 'with a chain in a child'

  let(:role) { { role_arn: AwsStandIn::Environments::ROLE_ARN, role_session_name: 'bedrock-session' } }

  def sso_options
    { sso_account_id: AwsStandIn::ACCOUNT_ID, sso_role_name: 'BedrockUser', sso_region: 'us-west-2' }
  end

  def revoke_signers = signers.filter_map { |id| aws.account.find(id) }.each { |set| aws.account.revoke(set) }

  # Three times, each time after all sets that have signed were revoked: only one that is newer is accepted.
  def chat_across_rotations(provider)
    conversation = chat(context_with(bedrock_credentials_provider: provider))
    3.times do
      revoke_signers
      conversation.ask('Hello?')
    end
    expect([signers.uniq.size, stand_in.rejections, aws.journal.refusals]).to eq([3, {}, []])
  end

  {
    Aws::CredentialProviderChain => [:pod_identity, :container_credentials, lambda {
      Aws::CredentialProviderChain.new.resolve
    }],
    Aws::AssumeRoleWebIdentityCredentials => [:web_identity, :sts_assume_role_with_web_identity, lambda {
      Aws::AssumeRoleWebIdentityCredentials.new(
        web_identity_token_file: ENV.fetch('AWS_WEB_IDENTITY_TOKEN_FILE'), **role
      )
    }],
    Aws::ECSCredentials => [:ecs_full_uri, :container_credentials, -> { Aws::ECSCredentials.new }],
    Aws::InstanceProfileCredentials => [:imds, :imds_credentials, -> { Aws::InstanceProfileCredentials.new }],
    Aws::SSOCredentials => [:sso, :sso_get_role_credentials, lambda {
      Aws::SSOCredentials.new(sso_session: AwsStandIn::LoginSources::SSO_SESSION, **sso_options)
    }],
    Aws::ProcessCredentials => [:process, :process_credentials, lambda {
      Aws::ProcessCredentials.new([aws.process.command(Dir.home)])
    }],
    Aws::AssumeRoleCredentials => [:none, :sts_assume_role, lambda {
      user = aws.account.issue_long_term
      client = Aws::STS::Client.new(credentials: Aws::Credentials.new(user.access_key_id, user.secret_access_key))
      Aws::AssumeRoleCredentials.new(client: client, **role)
    }]
  }.each do |provider_class, (source, operation, build)|
    it "takes #{provider_class}, and goes on across its rotations" do
      in_child(source, server: { lifetime: 60 }) do
        Aws.shared_config.fresh(config_enabled: true)
        chat_across_rotations(instance_exec(&build))
        expect(aws.calls(operation)).to be >= 3
      end
    end
  end

  it 'raises for one that has found nothing, and never falls back to static keys' do
    in_child(:imds) do
      aws.imds.role = nil
      found_nothing = lambda do
        provider = Aws::InstanceProfileCredentials.new
        chat(context_with(bedrock_credentials_provider: provider, **static_keys(aws.account.issue))).ask('Hello?')
      end
      expect(&found_nothing)
        .to raise_error(RubyLLM::BedrockCredentials::InvalidCredentialsError, /Aws::InstanceProfileCredentials/)
        .and output(/404/).to_stderr
      expect(stand_in.requests).to eq(0)
    end
  end
end
