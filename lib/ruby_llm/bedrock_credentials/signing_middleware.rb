# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Prepended to RubyLLM's error middleware, which in every version stands right above the
    # adapter, on every connection, inside the retries: what arrives here is what leaves, and what
    # AWS answers passes here first.
    module SigningMiddleware
      # Faraday calls it once for each attempt. What AWS refuses for its credentials or its date is
      # sent once more, where there are others; nothing of it has reached the caller by then.
      #
      # @param env [Faraday::Env]
      # @return [Faraday::Response]
      def call(env)
        pending = PendingSignature.of(env)
        return super unless pending

        unsent = pending.unsent(env)
        pending.sign(env)
        begin
          super
        rescue RubyLLM::Error => e
          raise unless pending.sign_again(unsent, Rejection.new(e))

          super(unsent)
        end
      end
    end
  end
end
