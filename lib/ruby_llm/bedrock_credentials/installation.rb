# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Hooks into RubyLLM by the features it has, never by its version.
    # @api private
    module Installation
      # Where RubyLLM asks for a signature, once each.
      SIGNED_CALLS = %i[signed_get signed_post signed_request stream_response].freeze
      private_constant :SIGNED_CALLS

      class << self
        # Done once: a second prepend of the same module has no effect, of a new one it would.
        #
        # @raise [RubyLLM::ConfigurationError] for a RubyLLM that does not sign Bedrock requests
        def run
          return if bedrock.include?(Bedrock)

          require_features
          extend_configuration
          extend_bedrock
          error_middleware.prepend(SigningMiddleware)
          middleware(:SigningMiddleware)&.prepend(Building.around(:call))
        end

        private

        def bedrock
          RubyLLM::Providers::Bedrock
        end

        def error_middleware
          middleware(:ErrorMiddleware)
        end

        # RubyLLM 2 keeps its middleware in a module of its own; the signing one is only there.
        def middleware(name)
          home = RubyLLM.const_defined?(:Transport, false) ? RubyLLM::Transport : RubyLLM
          home.const_get(name) if home.const_defined?(name, false)
        end

        def require_features
          missing = []
          missing << 'Providers::Bedrock#sign_headers' unless has?(:sign_headers)
          missing << 'ErrorMiddleware' unless error_middleware
          return if missing.empty?

          raise RubyLLM::ConfigurationError,
                "ruby_llm-bedrock_credentials finds no #{missing.join(' and no ')} in RubyLLM #{RubyLLM::VERSION}. " \
                'It works with RubyLLM 1.12 and later; please report a later one that it does not work with.'
        end

        def extend_configuration
          register_options
          RubyLLM::Configuration.prepend(Configuration)
          return unless RubyLLM::Configuration.method_defined?(:bedrock_credential_provider)

          RubyLLM::Configuration.prepend(Configuration::NativeProvider)
        end

        # RubyLLM reads a provider's configuration_options when it registers the provider, and has.
        def register_options
          if RubyLLM::Configuration.respond_to?(:register_provider_options)
            RubyLLM::Configuration.register_provider_options(Configuration::OPTIONS)
          else
            RubyLLM::Configuration.attr_accessor(*Configuration::OPTIONS)
          end
        end

        def extend_bedrock
          bedrock.singleton_class.prepend(Bedrock::ClassMethods)
          prepend(Building.around(*SIGNED_CALLS.select { |name| has?(name) }))
          prepend(Endpoints.module_for(*Endpoints::NAMES.select { |name| has?(name) }))
          prepend(has?(:api_payload) ? Payload::OfApiPayload : Payload::OfSignedPost)
          prepend(Bedrock)
        end

        # With each method as private as RubyLLM has it.
        def prepend(hooks)
          hidden = hooks.instance_methods(false).select { |name| bedrock.private_method_defined?(name) }
          hidden.each { |name| hooks.send(:private, name) }
          bedrock.prepend(hooks)
        end

        def has?(name)
          bedrock.method_defined?(name) || bedrock.private_method_defined?(name)
        end
      end
    end
  end
end
