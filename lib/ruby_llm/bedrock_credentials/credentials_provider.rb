# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # What the providers of this gem have in common: an AWS credential provider, without
    # aws-sdk-core, that finds, caches and refreshes its set in the native core. It serves as
    # `config.bedrock_credentials_provider` and as `credentials:` of any Aws client.
    #
    # Each object has a cache of its own (the default chain alone is shared, see
    # {DefaultCredentialsChain}): keep it for as long as it is in use. One that is dropped is
    # collected. Making one reads no file, asks no one and starts no thread; between two loads there
    # is no thread, no connection and no open file.
    #
    # Every method that needs credentials waits for them where there are none, lets other threads
    # and fibers run meanwhile, and can be interrupted. After a fork parent and child go on alike.
    class CredentialsProvider
      private_class_method :build
      singleton_class.prepend(MainRactor::Building)

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
      #   @return [Array<Hash>] what happened since the last call, in the providers below it too

      # @return [String] who answered: 'Environment', 'Profile(name)', 'WebIdentityToken',
      #   'EcsContainer', 'Ec2InstanceMetadata', 'Process', 'WebIdentityToken(role_arn)' or
      #   'AssumeRole(role_arn)'
      # @raise (see #credentials)
      def source
        credentials_source
      end
      # The doctor asks when a set is renewed.
      private :credentials_source, :refresh_due

      # @return [Boolean] whether there are credentials; asks for them
      # @raise [CredentialsSourceError] where the source that is set up failed
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

      # @return [String] without anything secret; asks no one
      def inspect
        shown = instance_variables.map do |name|
          " #{name.to_s.delete_prefix('@')}=#{instance_variable_get(name).inspect}"
        end
        "#<#{self.class}#{shown.join(',')}>"
      end
      alias to_s inspect
    end
  end
end
