# frozen_string_literal: true

require 'securerandom'
require_relative 'api_keys'

class BedrockStandIn
  # One set of credentials, in the words of Aws::Credentials.
  CredentialSet = Struct.new(:access_key_id, :secret_access_key, :session_token, :account_id, :expiration,
                             keyword_init: true) do
    def credentials
      self
    end

    def set?
      !access_key_id.to_s.empty? && !secret_access_key.to_s.empty?
    end

    def expired?(now)
      !expiration.nil? && expiration <= now
    end

    def inspect
      "#<#{self.class.name} access_key_id=#{access_key_id.inspect}>"
    end
    alias_method :to_s, :inspect
  end

  # What IAM and STS know: which sets were issued, and until when each is good.
  class Account
    attr_reader :clock, :api_keys

    # @param clock [#now]
    def initialize(clock: Time)
      @clock = clock
      @mutex = Mutex.new
      @issued = {}
      @api_keys = ApiKeys.new(clock:)
    end

    # A temporary set, as STS issues it.
    #
    # @param lifetime [Numeric] seconds until it expires; negative for one that has expired already
    def issue(lifetime: 3600)
      # STS tokens are some 800 characters of base64, so `+`, `/` and `=` are in them.
      add(access_key_id: key_id('ASIA'), session_token: SecureRandom.base64(600), expiration: clock.now + lifetime)
    end

    # A long-term set, as an IAM user has: no token, no expiration.
    def issue_long_term
      add(access_key_id: key_id('AKIA'))
    end

    # A set that another AWS has issued, moto for one.
    #
    # @param credentials [#access_key_id, #secret_access_key, #session_token]
    def admit(credentials)
      set = CredentialSet.new(access_key_id: credentials.access_key_id, session_token: credentials.session_token,
                              secret_access_key: credentials.secret_access_key).freeze
      @mutex.synchronize { @issued[set.access_key_id] = set }
    end

    # A Bedrock API key.
    #
    # @param lifetime [Numeric, nil] see ApiKeys#issue
    # @return [String]
    def issue_api_key(lifetime: nil)
      api_keys.issue(lifetime:)
    end

    # As if the session was revoked or the key deleted.
    def revoke(credentials)
      @mutex.synchronize { @issued.delete(credentials.access_key_id) }
    end

    def find(access_key_id)
      @mutex.synchronize { @issued[access_key_id] }
    end

    def inspect
      "#<#{self.class.name} issued=#{@mutex.synchronize { @issued.size }}>"
    end

    private

    def add(**attributes)
      set = CredentialSet.new(secret_access_key: SecureRandom.base64(30), **attributes).freeze
      @mutex.synchronize { @issued[set.access_key_id] = set }
    end

    def key_id(prefix)
      prefix + Array.new(16) { [*'A'..'Z', *'2'..'7'].sample(random: SecureRandom) }.join
    end
  end
end
