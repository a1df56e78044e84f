# frozen_string_literal: true

require 'net/http'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # Whether the instance's hop limit keeps its metadata from this container.
      #
      # The limit is the TTL of the packets that carry the answer to the token's PUT, and of those alone. With a
      # limit of 1 and a container's network in between, the connection is made, the PUT is never answered, and yet
      # a GET without a token is: with 401, or with the metadata where version 1 is allowed. Both together are seen
      # in no other fault.
      # @api private
      module InstanceMetadata
        ENDPOINTS = { 'ipv4' => 'http://169.254.169.254', 'ipv6' => 'http://[fd00:ec2::254]' }.freeze
        # Seconds; it is on this machine or its host, which may be busy.
        PATIENCE = 5
        UNANSWERED = /IMDS.*read timeout/m
        private_constant :ENDPOINTS, :PATIENCE, :UNANSWERED

        class << self
          # @param sources [Array<Source>]
          # @return [Boolean]
          def hop_limit?(sources)
            sources.any? { |source| UNANSWERED.match?(source.detail.to_s) } && answers_get?
          end

          private

          def answers_get?
            uri = URI.join(endpoint, '/latest/meta-data/')
            # No proxy reaches it.
            http = Net::HTTP.new(uri.hostname, uri.port, nil)
            http.open_timeout = http.read_timeout = PATIENCE
            http.max_retries = 0
            http.start { |connection| connection.get(uri.path) }
            true
          rescue StandardError # however it fails, that is no answer
            false
          end

          def endpoint
            given = ENV.fetch('AWS_EC2_METADATA_SERVICE_ENDPOINT', '')
            return given unless given.empty?

            ENDPOINTS.fetch(ENV.fetch('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', 'ipv4').downcase, ENDPOINTS['ipv4'])
          end
        end
      end
    end
  end
end
