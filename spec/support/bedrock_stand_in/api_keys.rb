# frozen_string_literal: true

require 'securerandom'
require_relative 'refusal'

class BedrockStandIn
  # Amazon Bedrock API keys, which a client sends as a bearer token in the place of a signature.
  class ApiKeys
    # What Bedrock knows a long-term and a short-term key by.
    LONG_TERM = 'ABSK'
    SHORT_TERM = 'bedrock-api-key-'

    # @param clock [#now]
    def initialize(clock:)
      @clock = clock
      @mutex = Mutex.new
      @expirations = {}
    end

    # @param lifetime [Numeric, nil] seconds, of a short-term key; nil for a long-term one
    # @return [String]
    def issue(lifetime: nil)
      key = (lifetime ? SHORT_TERM : LONG_TERM) + SecureRandom.base64(90)
      @mutex.synchronize { @expirations[key] = lifetime && (@clock.now + lifetime) }
      key
    end

    def revoke(key)
      @mutex.synchronize { @expirations.delete(key) }
    end

    # @raise [Refusal]
    def verify(key)
      raise Refusal.malformed_api_key unless key.start_with?(LONG_TERM, SHORT_TERM)

      known, expiration = @mutex.synchronize { [@expirations.key?(key), @expirations[key]] }
      raise Refusal.unknown_api_key unless known
      raise Refusal.expired_api_key if expiration && expiration <= @clock.now
    end

    def inspect
      "#<#{self.class.name} issued=#{@mutex.synchronize { @expirations.size }}>"
    end
  end
end
