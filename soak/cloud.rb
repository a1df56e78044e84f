# frozen_string_literal: true

require_relative '../spec/support/aws_stand_in'
require_relative '../spec/support/bedrock_stand_in'
require_relative 'account'

module Soak
  # AWS: for each group a place its credentials come from and a Bedrock, all with one account and one clock.
  class Cloud
    LIFETIME = 20

    attr_reader :account, :clock, :sources, :bedrocks

    def initialize(groups, reply:)
      @account = Account.new
      @clock = SkewedClock.new
      @sources = groups.to_h { |group| [group, AwsStandIn.new(account:, lifetime: LIFETIME)] }
      @bedrocks = groups.to_h { |group| [group, BedrockStandIn.new(clock:, account:)] }
      @bedrocks.each_value { |bedrock| bedrock.say(reply, stream_interval: 0.01) }
    end

    # @param source see AwsStandIn::Environments::SOURCES
    def environment(group, source)
      sources.fetch(group).environment(source).merge('SOAK_BEDROCK' => bedrocks.fetch(group).url)
    end

    # @return [Array<String>] the access key ids that the group has used lately
    def in_use(group) = bedrocks.fetch(group).log.last(100).select(&:accepted?).map(&:access_key_id).uniq

    # @return [Hash{Symbol => Integer}] how often each group's source was asked
    def calls = sources.transform_values { |source| source.journal.entries.size }

    # @return [Float] seconds since the epoch
    def expiration(access_key_id) = account.issued(access_key_id).expiration.to_f

    # @return [Array<Judge::Attempt>] what Bedrock saw, and for which request
    def attempts
      bedrocks.values.flat_map(&:log).map do |entry|
        Judge::Attempt.new(request: entry.body[/request <(.+?)>/, 1], at: entry.received_at.original.to_f,
                           access_key_id: entry.access_key_id, accepted: entry.accepted?, reason: entry.reason)
      end
    end

    # @return [Hash{Symbol => Hash}] for each group the log entries of each verdict of Signatures
    #
    # @param events [Array<Hash>] of Ledger
    def signatures(timeline, events)
      failures = events.select { |event| event[:event] == 'refresh_credentials_failed' }
                       .group_by { |event| event[:group].to_sym }.transform_values { |mine| mine.map { |e| e[:at] } }
      judge = Signatures.new(account:, timeline:, failures:)
      bedrocks.to_h { |group, bedrock| [group, bedrock.log.group_by { |entry| judge.verdict(group, entry) }] }
    end

    def stop = [*sources.values, *bedrocks.values].each(&:stop)
  end
end
