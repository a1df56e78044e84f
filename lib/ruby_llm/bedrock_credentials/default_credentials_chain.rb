# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # AWS's default credential provider chain, without aws-sdk-core: environment, shared config and
    # credentials files, web identity, container, instance metadata, in the order of AWS's SDKs.
    #
    # All chains of one region and profile in a process share one cache. Of those that no one holds
    # the 64 that were asked for last are kept.
    class DefaultCredentialsChain < CredentialsProvider
      # @param region [String, nil] for STS and SSO, where neither AWS_REGION, AWS_DEFAULT_REGION
      #   nor the profile names one
      # @param profile [String, nil] of the shared config and credentials files, ahead of
      #   environment keys; nil for AWS_PROFILE or 'default', after them
      # @return [DefaultCredentialsChain]
      def self.new(region: nil, profile: nil)
        build(:chain, { region: region, profile: profile }, nil)
      end

      # @return [String] who answered, in AWS's terms: 'Environment', 'Profile(name)',
      #   'WebIdentityToken', 'EcsContainer' or 'Ec2InstanceMetadata'; or, where a Bedrock API key is
      #   set, which Bedrock is asked with instead, 'Environment(AWS_BEARER_TOKEN_BEDROCK)'
      # @raise (see CredentialsProvider#credentials)
      def source
        BearerToken.read ? "Environment(#{BearerToken::VARIABLE})" : super
      end
    end
  end
end
