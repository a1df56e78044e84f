# frozen_string_literal: true

require 'securerandom'

module RubyLLM
  module BedrockCredentials
    # A role that STS is asked for with the token in a file: of a Kubernetes service account, say. Its
    # arguments are those of Aws::AssumeRoleWebIdentityCredentials. The file is read for each load, as
    # its token is replaced every now and then.
    class WebIdentity < CredentialsProvider
      # @return [String]
      attr_reader :role_arn

      # @return [String]
      attr_reader :role_session_name

      # @param role_arn [String]
      # @param web_identity_token_file [String, Pathname] its path
      # @param role_session_name [String, nil] 2 to 64 characters; nil for one at random
      # @param duration_seconds [Integer, nil] 900 to 43200; nil for STS's 3600
      # @param policy [String, Hash, nil] a session policy, which narrows what the role may do
      # @param policy_arns [Array<Hash, String>, nil] managed session policies, 10 at most
      # @param provider_id [String, nil] of OAuth 2.0 tokens, `www.amazon.com` or `graph.facebook.com`
      # @param region [String, nil] of STS; nil for AWS_REGION, AWS_DEFAULT_REGION or the profile's
      # @return [WebIdentity]
      # @raise [ArgumentError] for what STS would refuse, an unknown argument too
      def self.new(role_arn:, web_identity_token_file:, # rubocop:disable Metrics/ParameterLists -- they are STS's
                   role_session_name: nil, duration_seconds: nil, policy: nil, policy_arns: nil, provider_id: nil,
                   region: nil)
        file = web_identity_token_file
        file = file.to_path if file.respond_to?(:to_path)
        arguments = {
          role_arn: STSArguments.role_arn(role_arn),
          web_identity_token_file: STSArguments.present(:web_identity_token_file, file),
          role_session_name: STSArguments.name(:role_session_name, role_session_name || SecureRandom.uuid),
          duration_seconds: STSArguments.duration_seconds(duration_seconds),
          policy: STSArguments.policy(policy), policy_arns: STSArguments.policy_arns(policy_arns),
          provider_id: provider_id && STSArguments.present(:provider_id, provider_id),
          region: STSArguments.region(region)
        }
        build(:web_identity, arguments, nil).tap { |provider| provider.send(:initialize, arguments) }
      end

      private

      def initialize(arguments) # rubocop:disable Lint/MissingSuper -- the native class has none
        @role_arn = arguments[:role_arn].freeze
        @role_session_name = arguments[:role_session_name].freeze
      end
    end
  end
end
