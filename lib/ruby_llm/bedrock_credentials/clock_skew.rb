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
      private_constant :POSSIBLE, :NOTEWORTHY

      # Replaced, never changed: a reader takes no lock, and a fork cannot leave one held.
      @offsets = {}.freeze

      class << self
        # @param host [String] with its port
        # @param now [Time]
        # @return [Time] by that host's clock
        def time(host, now = Time.now)
          offset = @offsets[host]
          offset ? now + offset : now
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
          theirs = Time.httpdate(date.to_s)
          return unless POSSIBLE.cover?(theirs) && differ?(theirs, signed_at)

          if differ?(theirs, time(host, now))
            @offsets = @offsets.merge(host => theirs - now).freeze
            yield @offsets[host] if block_given?
          end
          @offsets.fetch(host, 0.0)
        rescue ArgumentError
          nil
        end

        # For specs.
        def forget
          @offsets = {}.freeze
        end

        private

        def differ?(theirs, ours)
          (theirs - ours).abs > NOTEWORTHY
        end
      end
    end
  end
end
