# frozen_string_literal: true

require 'json'

module RubyLLM
  module BedrockCredentials
    # A stream that AWS refuses answers with JSON, in as many pieces as it arrives in. RubyLLM logs those that are no
    # JSON yet, and a session token that AWS repeats may be parted between two of them: so they are handed over whole.
    # @api private
    module RefusedStream
      REFUSED = 400
      JSON_BEGINS = /\A\s*[\[{]/n
      private_constant :REFUSED, :JSON_BEGINS

      class << self
        # @param env [Faraday::Env] of a request that is sent by the block
        # @return what the block returns
        def filtered(env)
          on_data = env.request&.on_data
          return yield unless on_data

          begin
            env.request.on_data = whole(on_data)
            yield
          ensure
            env.request.on_data = on_data
          end
        end

        private

        # A Proc, for which alone Faraday streams. Faraday 1 gives no env, and RubyLLM then knows no refusal.
        def whole(on_data)
          answer = String.new
          proc do |chunk, size, env = nil|
            next on_data.call(*[chunk, size, env].compact) if env.nil? || env.status.to_i < REFUSED

            answer << chunk
            on_data.call(Filtering.text(answer.slice!(0..)), size, env) if complete?(answer)
          end
        end

        def complete?(answer)
          return true unless JSON_BEGINS.match?(answer)

          JSON.parse(answer)
          true
        rescue JSON::ParserError
          false
        end
      end
    end
  end
end
