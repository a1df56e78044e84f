# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # AWS's default credential provider chain, without aws-sdk-core: environment, shared config and
    # credentials files, web identity, container, instance metadata, in the order of AWS's SDKs.
    #
    # Found, cached and refreshed in the native core; all chains of one region and profile in a
    # process share one cache. It is an AWS credential provider, and serves as `credentials:` of any
    # Aws client. Nothing is read, and no one is asked, before the first credentials are.
    #
    # Every method that needs credentials waits for them where there are none, lets other threads
    # and fibers run meanwhile, and can be interrupted.
    class DefaultCredentialsChain
      class << self
        # @param region [String, nil] for STS and SSO, where neither AWS_REGION, AWS_DEFAULT_REGION
        #   nor the profile names one
        # @param profile [String, nil] of the shared config and credentials files, ahead of
        #   environment keys; nil for AWS_PROFILE or 'default', after them
        # @return [DefaultCredentialsChain]
        def new(region: nil, profile: nil)
          build(region, profile)
        end

        private :build
      end

      # @!method credentials
      #   The current set. Refreshed in the background ahead of its expiration, by the windows of
      #   AWS's SDKs of 2026 clamped to its lifetime.
      #   @return [Credentials] with an account id where the source tells it, which instance metadata
      #     does not
      #   @raise [MissingCredentialsError] where no source has credentials
      #   @raise [CredentialsSourceError] where the source that is set up failed

      # @!method expiration
      #   @return [Time, nil] of the current set; nil where it does not expire
      #   @raise (see #credentials)

      # @!method refresh!
      #   Asks the source now, whatever the age of the current set, and waits. (`aws login` answers
      #   with the set it keeps in its file for as long as that is good.)
      #   @return [nil]
      #   @raise (see #credentials)

      # @!method invalidate(rejected)
      #   Drops the set that AWS rejected, so that the next reader waits for another.
      #   @param rejected [#access_key_id, #secret_access_key, #session_token]
      #   @return [Boolean] false where it is no longer the current one, or where its source has
      #     just given it again

      # @!method drain_events
      #   @api private
      #   @return [Array<Hash>] what happened since the last call

      # @return [String] who answered, in AWS's terms: 'Environment', 'Profile(name)',
      #   'WebIdentityToken', 'EcsContainer' or 'Ec2InstanceMetadata'; or, where a Bedrock API key is
      #   set, which Bedrock is asked with instead, 'Environment(AWS_BEARER_TOKEN_BEDROCK)'
      # @raise (see #credentials)
      def source
        BearerToken.read ? "Environment(#{BearerToken::VARIABLE})" : credentials_source
      end
      private :credentials_source

      # @return [Boolean] whether there are credentials; asks for them
      def set?
        credentials.set?
      rescue MissingCredentialsError
        false
      end

      # What aws-sdk-core's clients report about their credentials in the user agent.
      # @return [Array<String>]
      def metrics
        []
      end

      # @return [String] asks no one
      def inspect
        "#<#{self.class}>"
      end
      alias to_s inspect
    end
  end
end
