# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Prepended to RubyLLM's error middleware, which in every version stands right above the
    # adapter, on every connection, inside the retries: what arrives here is what leaves.
    module SigningMiddleware
      # Faraday calls it once for each attempt.
      # @param env [Faraday::Env]
      # @return [Faraday::Response]
      def call(env)
        PendingSignature.of(env)&.sign(env)
        super
      end
    end
  end
end
