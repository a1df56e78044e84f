# frozen_string_literal: true

require_relative '../spec/support/bedrock_stand_in/account'

module Soak
  # An account that remembers every set, and whose sets can end before their time. They expire by the true clock,
  # whatever the clock of the host that is asked.
  class Account < BedrockStandIn::Account
    # Whose expiration the asking host's clock does not matter to.
    class DatedSet < BedrockStandIn::CredentialSet
      def expired?(_now) = super(Time.now)
    end

    def initialize(...)
      super
      @every = {}
    end

    # @return [BedrockStandIn::CredentialSet, nil] as it was issued
    def issued(access_key_id) = @mutex.synchronize { @every[access_key_id] }

    # AWS's answer to the one is UnrecognizedClientException, to the other ExpiredTokenException.
    #
    # @param how [:revoke, :expire]
    def end_early(access_key_id, how)
      return revoke(issued(access_key_id)) if how == :revoke

      @mutex.synchronize do
        set = @issued[access_key_id]
        @issued[access_key_id] = set.dup.tap { |copy| copy.expiration = clock.now }.freeze if set
      end
    end

    private

    def add(**attributes)
      set = super
      @mutex.synchronize do
        @every[set.access_key_id] = set
        @issued[set.access_key_id] = DatedSet.new(**set.to_h).freeze
      end
      set
    end
  end

  # This machine's clock, and so many seconds.
  class SkewedClock
    # Remembers what the time was by this machine.
    class SkewedTime < Time
      attr_accessor :original
    end

    attr_writer :offset

    def now
      original = Time.now
      SkewedTime.at(original + (@offset || 0)).tap { |skewed| skewed.original = original }
    end
  end
end
