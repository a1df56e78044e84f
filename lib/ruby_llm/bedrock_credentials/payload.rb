# frozen_string_literal: true

require 'json'

module RubyLLM
  module BedrockCredentials
    # A request's payload, serialized once however often it is asked for: RubyLLM does it to sign
    # and again, through Faraday, to send, and once more for each retry.
    # @api private
    class Payload < Hash
      # @param payload [Hash, Object]
      # @return [Payload, Object] what is no Hash as it is
      def self.wrap(payload)
        payload.instance_of?(Hash) ? new.replace(payload) : payload
      end

      # @return [String]
      def to_json(*arguments)
        @to_json ||= super.freeze
      end

      # Prepended to a Bedrock provider of RubyLLM 1.
      module OfApiPayload
        private

        def api_payload(payload)
          Payload.wrap(super)
        end
      end

      # Prepended to a Bedrock provider of RubyLLM 2, whose other calls send what they serialized.
      module OfSignedPost
        # @return [Faraday::Response]
        def signed_post(base_url, url, payload)
          super(base_url, url, Payload.wrap(payload))
        end
      end
    end
  end
end
