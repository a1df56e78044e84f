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
        @signed = false
      end

      # @return [Hash] the headers a request is built with
      def headers
        { HEADER => self }
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
        env.url = Wire.url(env.url)
        env.body = Wire.body(env.body)
        env.request_headers.update(BedrockCredentials.sign(request(env), provider))
        @signed = true
      end

      # @return [String] what a log of the headers shows
      def inspect
        "#<#{self.class}>"
      end
      alias to_s inspect

      private

      def request(env)
        Request.new(http_method: env.method.to_s.upcase, url: env.url, headers: env.request_headers,
                    body: env.body, region: @config.bedrock_region, service: @service)
      end

      # RubyLLM 1 merges the caller's headers over its own: half of each would be sent.
      def refuse_own_authorization(headers)
        return if @signed || !headers.key?('Authorization')

        raise ArgumentError, 'Bedrock requests are signed, and an Authorization header of your own would replace ' \
                             'the signature. Remove it from with_headers.'
      end
    end
  end
end
