# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    module Doctor
      # Numbers as people read them.
      # @api private
      module Units
        MINUTE = 60
        HOUR = 60 * MINUTE
        DAY = 24 * HOUR
        private_constant :MINUTE, :HOUR, :DAY

        class << self
          # @param seconds [Numeric]
          # @return [String] of two to three digits, in the unit that fits
          def duration(seconds)
            return "#{(seconds * 1000).round} ms" if seconds < 0.9995
            return format('%.1f s', seconds) if seconds < 10
            return "#{seconds.round} s" if seconds < 2 * MINUTE
            return "#{(seconds / MINUTE).round} min" if seconds < 2 * HOUR
            return "#{(seconds / HOUR).round} h" if seconds < 2 * DAY

            "#{(seconds / DAY).round} days"
          end

          # @param time [Time]
          # @return [String] with its date where that is not today
          def time(time)
            time.getutc.strftime((time - Time.now).abs > DAY ? '%F %T UTC' : '%T UTC')
          end

          # The report is made to be passed on: as much as tells one set from another, as `aws configure list` does.
          # @param id [String] an access key id
          # @return [String]
          def masked(id)
            id.size > 8 ? "#{id[0, 4]}...#{id[-4, 4]}" : '...'
          end
        end
      end
    end
  end
end
