# frozen_string_literal: true

require 'json'
require 'time'

module RubyLLM
  module BedrockCredentials
    # Why AWS refused a request: for its credentials, for its date, or for what is none of our
    # business (access denied, throttling, validation).
    # @api private
    class Rejection
      CREDENTIALS = %w[
        ExpiredToken ExpiredTokenException InvalidClientTokenId InvalidClientTokenIdException
        UnrecognizedClientException
      ].freeze
      CREDENTIALS_MESSAGE = /security token included in the request is (?:expired|invalid)/i
      DATE = %w[RequestTimeTooSkewed RequestTimeTooSkewedException RequestExpired].freeze
      DATE_MESSAGE = /\ASignature (?:expired|not yet current)/i
      # Mantle answers in its vendors' manner, with 401.
      STATUSES = [400, 401, 403].freeze
      private_constant :CREDENTIALS, :CREDENTIALS_MESSAGE, :DATE, :DATE_MESSAGE, :STATUSES

      # @param headers [Hash] of a signed request
      # @return [Array(String, String)] what AWS knows a set of credentials by: access key id, token
      def self.signed_by(headers)
        [headers['Authorization'].to_s[%r{Credential=([^/]+)}, 1], headers['X-Amz-Security-Token']]
      end

      # @param error [RubyLLM::Error]
      def initialize(error)
        @error = error
        @response = error.response
      end

      # @return [:credentials, :date, nil] what AWS might accept another of
      def reason
        return unless refused?

        if DATE.include?(code) || DATE_MESSAGE.match?(@error.message)
          :date
        elsif CREDENTIALS.include?(code) || CREDENTIALS_MESSAGE.match?(@error.message)
          :credentials
        end
      end

      # @return [Array(String, String)] of the request that was refused
      def signed_by
        self.class.signed_by(@response.request_headers)
      end

      # @return [Time] by which the request was signed that was refused
      def signed_at
        Time.strptime(@response.request_headers['X-Amz-Date'], '%Y%m%dT%H%M%S%z')
      end

      # @return [String, nil] AWS's error code, without its namespace and address
      def code
        named = header('x-amzn-errortype') || from_body
        named.to_s[/(?:\A|#)([^#:]+)(?::|\z)/, 1]
      end

      # @return [String, nil] the Date header
      def date
        header('date')
      end

      private

      def refused?
        @response.respond_to?(:status) && STATUSES.include?(@response.status)
      end

      def header(name)
        headers = @response.respond_to?(:response_headers) ? @response.response_headers : @response.headers
        headers && headers[name]
      end

      def from_body
        body = @response.body
        body = JSON.parse(body) if body.is_a?(String)
        return unless body.is_a?(Hash)

        body['__type'] || body['code'] || (body['error']['code'] if body['error'].is_a?(Hash))
      rescue JSON::ParserError
        nil
      end
    end
  end
end
