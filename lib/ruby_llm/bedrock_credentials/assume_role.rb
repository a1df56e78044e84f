# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # A role that STS is asked for, with the credentials of another provider: a tenant's, say. Its
    # arguments are those of Aws::AssumeRoleCredentials.
    #
    #   config.bedrock_credentials_provider = RubyLLM::BedrockCredentials::AssumeRole.new(
    #     role_arn: tenant.role_arn, role_session_name: "tenant-#{tenant.id}", external_id: tenant.external_id
    #   )
    #
    # STS is asked at the region's own endpoint, or at AWS_ENDPOINT_URL_STS. MFA is not supported: a
    # code is good for one load, and no one is there to type the next.
    class AssumeRole < CredentialsProvider
      # @return [String]
      attr_reader :role_arn

      # @return [String]
      attr_reader :role_session_name

      # @param role_arn [String]
      # @param role_session_name [String] 2 to 64 characters; who CloudTrail says it was
      # @param external_id [String, nil] that the role's owner demands
      # @param duration_seconds [Integer, nil] 900 to 43200; nil for STS's 3600. A role that was
      #   assumed with another role's credentials has 3600 at most, says AWS
      # @param policy [String, Hash, nil] a session policy, which narrows what the role may do
      # @param policy_arns [Array<Hash, String>, nil] managed session policies, 10 at most
      # @param tags [Hash, Array<Hash>, nil] session tags, 50 at most: `{ 'Tenant' => 'acme' }`, or
      #   `[{ key: 'Tenant', value: 'acme' }]` as in aws-sdk-ruby
      # @param transitive_tag_keys [Array<String>, nil] of tags that go on to the next role
      # @param source_identity [String, nil] 2 to 64 characters; kept along a chain of roles
      # @param source [#credentials, nil] what STS is asked with: a provider of this gem, through its
      #   cache; or any other, whose #credentials is called once for each load, on a thread of its
      #   own. nil for the default chain
      # @param region [String, nil] of STS; nil for AWS_REGION, AWS_DEFAULT_REGION or the profile's
      # @return [AssumeRole]
      # @raise [ArgumentError] for what STS would refuse, an unknown argument too
      def self.new(role_arn:, role_session_name:, # rubocop:disable Metrics/ParameterLists -- they are STS's
                   external_id: nil, duration_seconds: nil, policy: nil, policy_arns: nil, tags: nil,
                   transitive_tag_keys: nil, source_identity: nil, source: nil, region: nil)
        unless source.nil? || source.respond_to?(:credentials)
          raise ArgumentError, "source must respond to #credentials, and #{source.class} does not"
        end

        arguments = {
          role_arn: STSArguments.role_arn(role_arn),
          role_session_name: STSArguments.name(:role_session_name, role_session_name),
          external_id: STSArguments.external_id(external_id),
          duration_seconds: STSArguments.duration_seconds(duration_seconds),
          policy: STSArguments.policy(policy), policy_arns: STSArguments.policy_arns(policy_arns),
          tags: STSArguments.tags(tags), transitive_tag_keys: STSArguments.transitive_tag_keys(transitive_tag_keys),
          source_identity: source_identity && STSArguments.name(:source_identity, source_identity),
          region: STSArguments.region(region)
        }
        build(:role, arguments, source).tap { |provider| provider.send(:initialize, arguments) }
      end

      private

      def initialize(arguments) # rubocop:disable Lint/MissingSuper -- the native class has none
        @role_arn = arguments[:role_arn].freeze
        @role_session_name = arguments[:role_session_name].freeze
      end
    end
  end
end
