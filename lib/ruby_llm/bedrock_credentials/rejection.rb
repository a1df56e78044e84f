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
      # @param env [Faraday::Env] of the request as it was sent, with what AWS answered: an error that is
      #   raised while a stream is read, by the caller's block too, has an answer of its own
      def initialize(error, env = error.response.env)
        @message = error.message.to_s.scrub
        @body = error.response&.body
        @env = env
      end

      # @return [:credentials, :date, nil] what AWS might accept another of
      def reason
        return unless refused?

        if DATE.include?(code) || DATE_MESSAGE.match?(@message)
          :date
        elsif CREDENTIALS.include?(code) || CREDENTIALS_MESSAGE.match?(@message)
          :credentials
        end
      end

      # @return [Array(String, String)] of the request that was refused
      def signed_by
        self.class.signed_by(@env.request_headers)
      end

      # @return [Time] by which the request was signed that was refused
      def signed_at
        Time.strptime(@env.request_headers['X-Amz-Date'], '%Y%m%dT%H%M%S%z')
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

      # What left without a signature, to where a redirect led, tells nothing of one.
      def refused?
        STATUSES.include?(@env.status) && !signed_by.first.nil?
      end

      def header(name)
        @env.response_headers && @env.response_headers[name]
      end

      def from_body
        body = @body.is_a?(String) ? JSON.parse(@body) : @body
        return unless body.is_a?(Hash)

        body['__type'] || body['code'] || (body['error']['code'] if body['error'].is_a?(Hash))
      rescue JSON::ParserError
        nil
      end
    end
  end
end
