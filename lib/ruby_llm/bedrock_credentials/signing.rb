# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # BedrockCredentials' own methods.
    module Signing
      ATTRIBUTES = %i[http_method url headers body region service time].freeze
      private_constant :ATTRIBUTES

      # Signs with AWS Signature Version 4.
      #
      # The request's attributes are read here rather than from Rust: from there each costs Ruby
      # twenty times as much.
      #
      # @param request [Request] or what has its attributes; read once
      # @param provider [#credentials] called once, after the request was found to be one that can be
      #   signed; what it returns has `access_key_id`, `secret_access_key` and `session_token`
      # @return [Hash{String => String}] the headers to set, by their lower-case names
      # @raise [ArgumentError] where the request cannot be signed, or the provider is none
      # @raise [InvalidCredentialsError] where the credentials cannot be used
      # @raise [CredentialsProviderError] where the provider raises; with its error as the cause
      # @raise [MissingCredentialsError, CredentialsSourceError] where a provider of this gem has none
      def sign(request, provider)
        sign_attributes(provider, request.http_method, request.url, request.headers, request.body, request.region,
                        request.service, request.time)
      rescue NoMethodError => e
        raise unless ATTRIBUTES.include?(e.name) && e.receiver.equal?(request)

        raise ArgumentError, "request does not respond to ##{e.name}", cause: nil
      end

      # As #sign, without a Request: RubyLLM's own requests would have one made for this alone.
      #
      # @param provider (see #sign)
      # @param (see Request.new)
      # @return (see #sign)
      # @raise (see #sign)
      # @api private
      def sign_attributes(provider, http_method, url, headers, body, region, service, time) # rubocop:disable Metrics/ParameterLists
        if plain?(url)
          # In parts: their text would be one more String for the collector to free.
          sign_parts(provider, http_method, url.scheme, url.host, url.path, headers, body, region, service, time)
        else
          sign_parts(provider, http_method, url, nil, nil, headers, body, region, service, time)
        end
      rescue Ractor::UnsafeError
        raise MainRactor.error('RubyLLM::BedrockCredentials.sign'), cause: nil
      end

      private

      # Whether a URI is no more than https, a host and a path. (Its fragment is not sent, and opaque it has no host.)
      # What is no URI is for the native method to judge.
      def plain?(url)
        # A BasicObject has no instance_of?.
        URI::HTTPS === url && url.instance_of?(URI::HTTPS) && url.port == URI::HTTPS::DEFAULT_PORT &&
          !(url.query || url.user)
      end
    end
  end
end
