# frozen_string_literal: true

require 'time'

module Soak
  # What Bedrock turned away: which of it the script explains, and which only we can.
  class Signatures
    # Seconds around the expiration of a set in which a signature with it may arrive and be refused.
    STALE = 2
    # X-Amz-Date has whole seconds.
    LAST_SECOND = 1
    # Seconds between signing and arriving.
    ON_THE_WAY = 30
    # Seconds before its end in which the last tries to replace a set are made: the last quarter of its life, and one
    # more for a busy machine.
    LAST_TRIES = 6

    DATE = /\ASignature (?:expired|not yet current)/

    OURS = %i[stale mixed wrong].freeze

    # @param account [Account]
    # @param failures [Hash{Symbol => Array<Float>}] when each group told that a refresh had failed
    # @param outliving [Array<Symbol>] the groups whose sets are used past their expiration while the source is out,
    #   as AWS wants it of instance metadata
    def initialize(account:, timeline:, failures: {}, outliving: [:async])
      @account = account
      @timeline = timeline
      @failures = failures
      @outliving = outliving
    end

    # @param entry [BedrockStandIn::Entry]
    # @return [Symbol] :accepted; :ended_early, :expired, :outlived, :skewed, which are no one's fault; or one of OURS
    def verdict(group, entry)
      return :accepted if entry.accepted?

      set = @account.issued(entry.access_key_id) or return :wrong
      return :mixed unless entry.headers['x-amz-security-token'] == set.session_token

      case entry.verdict
      when 'ExpiredTokenException', 'UnrecognizedClientException' then ended(group, set, entry)
      when 'InvalidSignatureException' then date(entry)
      else :wrong
      end
    end

    private

    def at(entry) = entry.received_at.original.to_f

    def ended(group, set, entry)
      early = @timeline.end_of_set(set.access_key_id)
      return :ended_early if early && early <= at(entry) + 1

      late = at(entry) - set.expiration.to_f
      # Its end may come between the first line of a request and the verdict on it.
      return :wrong if late < -STALE

      under_way?(entry, set) ? :expired : past_its_end(group, set, at(entry), late)
    end

    # Signed when no one had to wait for the next set yet, and long on its way.
    def under_way?(entry, set)
      ahead = ahead(entry)
      offset = @timeline.offsets.min_by { |candidate| (ahead - candidate).abs }
      at(entry) + ahead - offset + LAST_SECOND < set.expiration.to_f
    end

    # A set is replaced before it comes to its end, unless that was tried in vain.
    def past_its_end(group, set, at, late)
      tried = (set.expiration.to_f - LAST_TRIES)..at
      return :stale unless @failures.fetch(group, []).any? { |failed| tried.cover?(failed) }
      return :expired if late < STALE

      @outliving.include?(group) ? :outlived : :stale
    end

    # Signed by this machine's clock, or by one that the host has had.
    def date(entry)
      return :wrong unless DATE.match?(entry.reason)

      @timeline.offsets.any? { |offset| (ahead(entry) - offset).abs <= ON_THE_WAY } ? :skewed : :wrong
    end

    # Seconds by which the date of the signature is ahead of its arrival.
    def ahead(entry) = Time.strptime(entry.headers['x-amz-date'], '%Y%m%dT%H%M%S%z').to_f - at(entry)
  end
end
