# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Keeps session tokens and Bedrock API keys out of what is shown of a request: its Faraday::Env
    # ends up in errors, in the local variables of an error reporter, in whatever inspects a response.
    # @api private
    module Filtering
      FILTERED = '[FILTERED]'
      HEADERS = %w[Authorization X-Amz-Security-Token x-amz-security-token].freeze
      # AWS's answer to a wrong signature repeats the canonical request, with its token.
      ECHO = /(x-amz-security-token(?::|%3A|=)\s*)[^\s"'\\&]+/i
      private_constant :FILTERED, :HEADERS, :ECHO

      # Sent as any String is, shown as none.
      class Value < String
        # @return [String]
        def inspect
          FILTERED.inspect
        end
      end

      class << self
        # @param headers [Hash] of a request that is about to be sent
        # @return [Hash] the same; what may not be shown is shown as filtered
        def hide(headers)
          secret_in(headers) { |name, value| headers[name] = Value.new(value) }
        end

        # @param headers [Hash] of a request that was sent
        # @return [Hash] the same, without what may not be shown
        def remove(headers)
          secret_in(headers) { |name, _| headers[name] = FILTERED }
        end

        # @param response [Faraday::Env, Faraday::Response] of an error, whose token is taken out
        # @return [void]
        def refusal(response)
          filtered = answer(response.body)
          response.body = filtered unless filtered.equal?(response.body)
          # RubyLLM 2 keeps what a stream began with.
          state = response[:streaming_state] if response.is_a?(Faraday::Env)
          state.buffer.replace(answer(state.buffer)) if state.respond_to?(:buffer) && state.buffer.is_a?(String)
        end

        # @param text [String] of an answer
        # @return [String] the same where it has no token, else a copy without
        def text(text)
          bytes = text.valid_encoding? ? text : text.b
          bytes.match?(ECHO) ? bytes.gsub(ECHO, "\\1#{FILTERED}") : text
        end

        private

        # @return [Object] the same where it has no token, else a copy without
        def answer(answer)
          case answer
          when String then text(answer)
          when Hash then changed(answer, answer.transform_values { |value| answer(value) })
          when Array then changed(answer, answer.map { |value| answer(value) })
          else answer
          end
        end

        def changed(before, after)
          before == after ? before : after
        end

        # A signature is no secret.
        def secret_in(headers)
          HEADERS.each do |name|
            value = headers[name]
            yield name, value unless value.nil? || value.start_with?('AWS4-HMAC-SHA256')
          end
          headers
        end
      end
    end
  end
end
