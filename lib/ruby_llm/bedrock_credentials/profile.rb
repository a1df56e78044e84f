# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # One profile of the shared config and credentials files, and nothing else: keys, a role, SSO,
    # `aws login`, a web identity or a process, whatever it has. Ahead of the environment's keys, and
    # an error where it has no credentials.
    #
    # The files are read for each load. AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name others
    # than those in ~/.aws.
    class Profile < CredentialsProvider
      # @return [String, nil]
      attr_reader :profile_name

      # @param profile_name [String, nil] nil for AWS_PROFILE, or 'default'
      # @param region [String, nil] for STS and SSO, where neither AWS_REGION, AWS_DEFAULT_REGION nor
      #   the profile names one
      # @return [Profile]
      # @raise [ArgumentError]
      def self.new(profile_name: nil, region: nil)
        profile_name &&= STSArguments.present(:profile_name, profile_name)
        build(:profile, { profile: profile_name, region: STSArguments.region(region) }, nil)
          .tap { |provider| provider.send(:initialize, profile_name) }
      end

      private

      def initialize(profile_name) # rubocop:disable Lint/MissingSuper -- the native class has none
        @profile_name = profile_name.freeze
      end
    end
  end
end
