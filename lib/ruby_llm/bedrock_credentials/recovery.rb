# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Signs a request again that AWS refused: with the next set of credentials, or by the host's own clock.
    # @api private
    class Recovery
      # Weak on both sides: who waits for a lock holds it, and one that no one holds need not be kept.
      LOCKS = ObjectSpace::WeakMap.new
      GUARD = Mutex.new
      private_constant :LOCKS, :GUARD

      # @param config [RubyLLM::Configuration]
      # @param notifications [Notifications]
      # @yield signs the request with what its provider has now
      def initialize(config, notifications, &sign)
        @config = config
        @notifications = notifications
        @sign = sign
      end

      # AWS's own words reach the caller where there is nothing else to sign with, whatever the provider raises.
      #
      # @param env [Faraday::Env] to send in the place of the one that was refused
      # @param rejection [Rejection]
      # @return [Boolean] whether there was another set, or another date, to sign with
      def sign_again(env, rejection)
        case rejection.reason
        when :date then signed_by_their_clock?(env, rejection)
        when :credentials then signed_with_the_next_set?(env, rejection)
        else false
        end
      rescue RubyLLM::Error, RubyLLM::ConfigurationError => e
        @notifications.renewal_failed(e)
        false
      end

      private

      def signed_by_their_clock?(env, rejection)
        host = Wire.host(env.url)
        offset = ClockSkew.learn(host, rejection.date, signed_at: rejection.signed_at) do |new|
          @notifications.clock_skew(host, new)
        end
        @sign.call if offset
        !offset.nil?
      end

      def signed_with_the_next_set?(env, rejection)
        provider = Configuration.provider(@config)
        return false unless one_at_a_time(provider) { another_set?(env, provider, rejection.signed_by) }

        @notifications.retry_rejected(rejection.code, provider)
        true
      end

      # Of many requests that are refused at once, the first renews the set for all. (Where renewing itself
      # asks Bedrock, and is refused, the lock's ThreadError ends the circle.)
      def one_at_a_time(provider, &)
        GUARD.synchronize { LOCKS[provider] ||= Mutex.new }.synchronize(&)
      end

      # Another thread may have renewed the set by now: the provider is asked for what it has before
      # it is made to renew.
      def another_set?(env, provider, rejected)
        @sign.call
        if signed_by(env) == rejected
          return false unless renew(provider, rejected)

          @sign.call
        end
        signed_by(env) != rejected
      end

      def signed_by(env)
        Rejection.signed_by(env.request_headers)
      end

      def renew(provider, rejected)
        if provider.is_a?(CredentialsProvider)
          current = provider.credentials
          [current.access_key_id, current.session_token] != rejected || provider.invalidate(current)
        elsif provider.respond_to?(:refresh!)
          provider.refresh!
          true
        end
      rescue Error
        raise
      rescue StandardError => e
        raise CredentialsProviderError.wrap(e, provider.class.name)
      end
    end
  end
end
