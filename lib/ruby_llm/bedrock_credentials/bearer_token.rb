# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # An Amazon Bedrock API key: with the default chain AWS's SDKs prefer it to a signature, for
    # Bedrock alone.
    # @api private
    module BearerToken
      VARIABLE = 'AWS_BEARER_TOKEN_BEDROCK'

      class << self
        # @param config [RubyLLM::Configuration]
        # @return [String, nil] the token that authorizes requests of this configuration
        # @raise [RubyLLM::ConfigurationError] where it cannot be sent
        def of(config)
          return if config.bedrock_credentials_provider || !config.bedrock_use_aws_credentials_provider

          validate(read)
        end

        # @return [Filtering::Value, nil] read anew each time, as the environment may be changed
        def read
          token = Filtering::Value.new(ENV.fetch(VARIABLE, '').strip)
          token unless token.empty?
        end

        private

        def validate(token)
          return token if token.nil? || token.match?(/\A[!-~]+\z/)

          raise RubyLLM::ConfigurationError,
                "#{VARIABLE} has a character that no HTTP header can carry: copy the key again"
        end
      end
    end
  end
end
