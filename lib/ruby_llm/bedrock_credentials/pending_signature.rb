# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Stands in a request's headers until the wire, in the place of a signature.
    # @api private
    class PendingSignature
      HEADER = 'X-RubyLLM-Bedrock-Signature'
      ENV_KEY = :ruby_llm_bedrock_signature
      SET_BY_SIGNING = %w[Authorization X-Amz-Date X-Amz-Content-Sha256 X-Amz-Security-Token].freeze
      private_constant :HEADER, :ENV_KEY, :SET_BY_SIGNING

      # @param env [Faraday::Env]
      # @return [PendingSignature, nil] the one of the first attempt: a retry comes with its env,
      #   in RubyLLM 1 without a new header, in RubyLLM 2 with one
      def self.of(env)
        pending = env.request_headers.delete(HEADER)
        env[ENV_KEY] ||= pending
      end

      # @param config [RubyLLM::Configuration]
      # @param service [String]
      def initialize(config, service)
        @config = config
        @service = service
        @notifications = Notifications.new(config)
      end

      # @return [Hash] the headers a request is built with
      def headers
        { HEADER => self }
      end

      # @param env [Faraday::Env] before it is sent
      # @return [Faraday::Env] one to send should this one be refused, whose answer its error keeps
      def unsent(env)
        env.dup.tap { |copy| copy.request_headers = env.request_headers.dup }
      end

      # Replaces the headers of an earlier attempt; the query and the body are left as they were
      # signed.
      #
      # @param env [Faraday::Env]
      # @raise [ArgumentError] where the request cannot be signed
      # @raise [RubyLLM::ConfigurationError, RubyLLM::BedrockCredentials::Error]
      def sign(env)
        provider = Configuration.provider(@config)
        refuse_own_authorization(env.request_headers)
        SET_BY_SIGNING.each { |name| env.request_headers.delete(name) }
        return unless same_origin?(env.url)

        env.url = Wire.url(env.url)
        env.body = Wire.body(env.body)
        env.request_headers.update(Filtering.hide(authorization(env, provider)))
      ensure
        @notifications.chain(provider)
      end

      # After a rejection, where that may help.
      #
      # @param env [Faraday::Env]
      # @param rejection [Rejection]
      # @return [Boolean] whether there was another set, or another date, to sign with
      def sign_again(env, rejection)
        return false if BearerToken.of(@config)

        Recovery.new(@config, @notifications) { sign(env) }.sign_again(env, rejection)
      end

      # @return [String] what a log of the headers shows
      def inspect
        "#<#{self.class}>"
      end
      alias to_s inspect

      private

      def authorization(env, provider)
        token = BearerToken.of(@config)
        token ? { 'Authorization' => "Bearer #{token}" } : signature(env, provider)
      end

      def signature(env, provider)
        BedrockCredentials.sign_attributes(provider, env.method.to_s.upcase, env.url, env.request_headers, env.body,
                                           @config.bedrock_region, @service, ClockSkew.time(env.url))
      end

      # RubyLLM 1 merges the caller's headers over its own: half of each would be sent.
      def refuse_own_authorization(headers)
        return if @origin || !headers.key?('Authorization')

        raise ArgumentError, 'Bedrock requests are signed, and an Authorization header of your own would replace ' \
                             'the signature. Remove it from with_headers.'
      end

      # A redirect that a middleware follows must not take a signature to another host.
      def same_origin?(url)
        origin = "#{url.scheme}://#{Wire.host(url)}"
        (@origin ||= origin) == origin
      end
    end
  end
end
