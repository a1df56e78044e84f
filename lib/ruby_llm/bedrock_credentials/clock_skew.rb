# frozen_string_literal: true

require 'time'

module RubyLLM
  module BedrockCredentials
    # How far the clocks of the hosts that requests went to are from this machine's, as AWS's SDKs
    # keep it: learned when AWS refuses a signature for its date, used for that host from then on.
    # @api private
    module ClockSkew
      # No AWS host's clock is before this gem's first release, and none that is right is beyond.
      POSSIBLE = (Time.utc(2026)..Time.utc(2126))
      # Closer than this AWS accepts a signature (it does to five minutes), so its date is not what
      # was wrong. The AWS SDKs' own bound.
      NOTEWORTHY = 4 * 60
      # Ruby lets go of it in a fork's child.
      LEARNING = Mutex.new
      private_constant :POSSIBLE, :NOTEWORTHY, :LEARNING

      # Replaced, never changed: a reader takes no lock.
      @offsets = {}.freeze

      class << self
        # @param url [URI] that a request goes to
        # @return [Time, nil] now, by that host's clock; nil where nothing is known of it
        def time(url)
          # As on most machines.
          return if @offsets.empty?

          offset = offset(url)
          Time.now + offset if offset
        end

        # @param url [URI]
        # @return [Float, nil] seconds that the host's clock is ahead of this machine's
        def offset(url)
          @offsets[Wire.host(url)]
        end

        # @param host [String] with its port
        # @param date [String, nil] the answer's Date header
        # @param signed_at [Time] by which the refused request was signed: by the time it is refused,
        #   another may have taught the offset
        # @param now [Time]
        # @yieldparam offset [Float] in seconds, where it is a new one
        # @return [Float, nil] the offset in seconds to sign with now; nil where the date is none, is
        #   impossible, or is what the signature had
        def learn(host, date, signed_at:, now: Time.now)
          theirs = parse(date)
          return unless theirs && differ?(theirs, signed_at)

          offset = @offsets.fetch(host, 0.0)
          return offset unless differ?(theirs, now + offset)

          offset = theirs - now
          # Two hosts at once would lose one of theirs.
          LEARNING.synchronize { @offsets = @offsets.merge(host => offset).freeze }
          yield offset if block_given?
          offset
        end

        # For specs.
        def forget
          @offsets = {}.freeze
        end

        private

        # @return [Time, nil] nil for nonsense
        def parse(date)
          time = Time.httpdate(date.to_s)
          time if POSSIBLE.cover?(time)
        rescue ArgumentError
          nil
        end

        def differ?(theirs, ours)
          (theirs - ours).abs > NOTEWORTHY
        end
      end
    end
  end
end
