# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Prepended to RubyLLM's error middleware, which in every version stands right above the
    # adapter, on every connection, inside the retries: what arrives here is what leaves, and what
    # AWS answers passes here first.
    module SigningMiddleware
      # Faraday calls it once for each attempt. What AWS refuses for its credentials or its date is
      # sent once more for either, where there are others; nothing of it has reached the caller by
      # then.
      #
      # @param env [Faraday::Env]
      # @return [Faraday::Response]
      def call(env)
        # What another provider's request did not take is not for its callbacks.
        Building.take
        pending = PendingSignature.of(env)
        return super unless pending

        send_signed(pending, env) { |signed| super(signed) }
      end

      private

      def send_signed(pending, env)
        sent = [env]
        pending.sign(env)
        refused_for = []
        begin
          unsent = pending.unsent(sent.last)
          RefusedStream.filtered(sent.last) { yield sent.last }
        rescue RubyLLM::Error => e
          rejection = Rejection.new(e, sent.last)
          raise if refused_for.include?(rejection.reason) || !pending.sign_again(unsent, rejection)

          refused_for << rejection.reason
          sent << unsent
          retry
        end
      ensure
        leave(env, sent)
      end

      def leave(env, sent)
        # Errors keep the request's headers.
        sent.each { |signed| Filtering.remove(signed.request_headers) }
        # What retries reads in its own env how long to wait.
        env.status = sent.last.status
        env.response_headers = sent.last.response_headers
      end
    end
  end
end
