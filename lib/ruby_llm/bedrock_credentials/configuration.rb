# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Prepended to RubyLLM::Configuration: the options, their precedence, and keeping the provider
    # out of sight.
    module Configuration
      OPTIONS = %i[bedrock_credentials_provider bedrock_use_aws_credentials_provider].freeze

      REDACTED = /\A@bedrock_credentials?_provider\z/
      private_constant :REDACTED

      class << self
        # The provider that signs, the first that is set: the one given, AWS's default chain, RubyLLM
        # 2's own option, the static keys.
        # What is set and broken is an error: there is no silent fall back to the next.
        #
        # @param config [RubyLLM::Configuration]
        # @return [#credentials]
        # @raise [RubyLLM::ConfigurationError]
        def provider(config)
          validate!(config)
          given(config) || StaticCredentials.new(config)
        end

        # @param config [RubyLLM::Configuration]
        # @return [Object, nil] the provider that is set, unless the static keys are to sign
        def given(config)
          config.bedrock_credentials_provider || default_chain(config) || native(config)
        end

        # @param config [RubyLLM::Configuration]
        # @return [Boolean] whether there is something to sign with; resolves nothing
        def credentials?(config)
          provider = given(config)
          return provider.respond_to?(:credentials) if provider

          !!(config.bedrock_api_key && config.bedrock_secret_key)
        end

        # @param config [RubyLLM::Configuration]
        # @return [void]
        # @raise [RubyLLM::ConfigurationError] where a provider is set that is none
        def validate!(config)
          provider = given(config)
          return if provider.nil? || provider.respond_to?(:credentials)

          option = config.bedrock_credentials_provider ? OPTIONS.first : :bedrock_credential_provider
          raise RubyLLM::ConfigurationError,
                "#{option} must respond to #credentials, and #{provider.class} does not. " \
                'Set it to an AWS credential provider, for example Aws::CredentialProviderChain.new.resolve'
        end

        # @param config [RubyLLM::Configuration]
        # @return [DefaultCredentialsChain, nil] builds it and asks it nothing
        def default_chain(config)
          return unless config.bedrock_use_aws_credentials_provider

          DefaultCredentialsChain.new(region: config.bedrock_region&.to_s)
        end

        private

        def native(config)
          config.bedrock_credential_provider if config.respond_to?(:bedrock_credential_provider)
        end
      end

      # RubyLLM redacts by name, and its patterns know not ours.
      # @return [Array<Symbol>]
      def instance_variables
        super.grep_v(REDACTED)
      end

      # Kernel#inspect reads the variables past #instance_variables, so RubyLLM 1 shows them all.
      # @return [String]
      def inspect
        shown = instance_variables.map { |name| "#{name}=#{instance_variable_get(name).inspect}" }
        "#<#{self.class.name} #{shown.join(', ')}>"
      end

      # Prepended where RubyLLM has a provider option of its own: what reads that, the client for
      # its S3 uploads too, gets ours where ours is set.
      module NativeProvider
        # @return [#credentials, nil]
        def bedrock_credential_provider
          bedrock_credentials_provider || BedrockCredentials::Configuration.default_chain(self) || super
        end
      end
    end
  end
end
