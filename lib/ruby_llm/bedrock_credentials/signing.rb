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
        url = request.url
        # Any other is for the native method to judge.
        url = text_of(url) if URI::Generic === url # rubocop:disable Style/CaseEquality -- a BasicObject has no is_a?
        sign_parts(provider, request.http_method, url, request.headers, request.body, request.region, request.service,
                   request.time)
      rescue Ractor::UnsafeError
        raise MainRactor.error('RubyLLM::BedrockCredentials.sign'), cause: nil
      rescue NoMethodError => e
        raise unless ATTRIBUTES.include?(e.name) && e.receiver.equal?(request)

        raise ArgumentError, "request does not respond to ##{e.name}", cause: nil
      end

      private

      # As URI#to_s, which takes longer: part by part it appends to a String that grows. Without the
      # fragment, which is no part of what is sent.
      def text_of(uri)
        return uri.to_s unless uri.instance_of?(URI::HTTPS) && uri.port == URI::HTTPS::DEFAULT_PORT
        return uri.to_s if uri.query || uri.user || uri.opaque

        "#{uri.scheme}://#{uri.host}#{uri.path}"
      end
    end
  end
end
