# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Prepended to RubyLLM's Bedrock provider.
    module Bedrock
      # Prepended to its singleton class. Resolves nothing: RubyLLM asks several times a chat.
      module ClassMethods
        # @return [Array<Symbol>] RubyLLM's options and ours
        def configuration_options
          (defined?(super) ? super : []) | Configuration::OPTIONS
        end

        # @param config [RubyLLM::Configuration]
        # @return [Boolean] whether there is a region and something to sign with
        def configured?(config)
          !!(config.bedrock_region && credentials_configured?(config))
        end

        # @param config [RubyLLM::Configuration]
        # @return [Boolean] whether there is something to sign with
        def credentials_configured?(config)
          Configuration.credentials?(config)
        end
      end

      # @return [Boolean]
      def configured?
        self.class.configured?(@config)
      end

      # @return [Array<Symbol>] the options that have to be set: with a provider, the region alone
      def configuration_requirements
        Configuration.given(@config) ? [:bedrock_region] : super
      end

      # @return [void]
      # @raise [RubyLLM::ConfigurationError] RubyLLM's own where something is missing; ours where a
      #   provider is set that is none
      def ensure_configured!
        Configuration.validate!(@config)
        super
      end

      # @param response [Faraday::Env, Faraday::Response] of an error
      # @return [String, nil] AWS's message, without the session token that some repeat
      def parse_error(response)
        Filtering.refusal(response)
        super
      end

      # Inside a request of RubyLLM's own the signature is left to SigningMiddleware, which sees
      # the bytes that leave. Called directly, it signs what it is given.
      #
      # @param method [String]
      # @param path [String] with its query; absolute, or relative to base_url
      # @param body [String, nil]
      # @param base_url [String]
      # @param service [String]
      # @return [Hash{String => String}] the headers to send
      # @raise [ArgumentError, RubyLLM::ConfigurationError, RubyLLM::BedrockCredentials::Error]
      def sign_headers(method, path, body, base_url: api_base, service: 'bedrock')
        content_type = { 'Content-Type' => 'application/json' }
        return content_type.merge(PendingSignature.new(@config, service).headers) if Building.take

        token = BearerToken.of(@config)
        return Filtering.hide(content_type.merge('Authorization' => "Bearer #{token}")) if token

        request = Request.new(http_method: method, url: Wire.join(base_url, path), headers: content_type, body: body,
                              region: @config.bedrock_region, service: service)
        signed = BedrockCredentials.sign(request, Configuration.provider(@config))
        Filtering.hide(content_type.merge(signed.transform_keys { |name| name.split('-').map(&:capitalize).join('-') }))
      end
    end
  end
end
