# frozen_string_literal: true

require 'io/console'
require_relative 'paint'
require_relative 'table'
require_relative 'units'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # The report for people: one screen of 80 columns, the verdict last, where the eye is.
      # @api private
      class Text
        WIDTHS = (40..100)
        SIGNERS = { bedrock_credentials_provider: '%s (bedrock_credentials_provider)',
                    bedrock_credential_provider: '%s (bedrock_credential_provider)',
                    bedrock_use_aws_credentials_provider: "AWS's default chain", profile: 'a profile alone (--profile)',
                    bedrock_api_key: 'static keys (bedrock_api_key, bedrock_secret_key)',
                    nothing: 'nothing that is configured' }.freeze
        private_constant :WIDTHS, :SIGNERS

        # @param out [IO] that it is written to
        # @return [Text]
        def self.for(out)
          width = out.tty? ? out.winsize.last : 0
          new(width: width.zero? ? 80 : width.clamp(WIDTHS.min, WIDTHS.max), paint: Paint.for(out))
        end

        # @param width [Integer] columns
        # @param paint [Paint]
        # @param now [Time]
        def initialize(width: 80, paint: Paint.new(false), now: Time.now)
          @width = width
          @paint = paint
          @now = now
        end

        # @param report [Report]
        # @return [String]
        def render(report)
          @report = report
          [heading, table.rows(report.sources), outcome, *warnings, verdict].reject(&:empty?)
                                                                            .map { |part| part.join("\n") }.join("\n\n")
        end

        private

        def table
          Table.new(@width, @paint)
        end

        def heading
          versions = @report.versions
          region = @report.region
          [@paint.bold("bedrock-credentials #{versions[:gem]}") +
            ", Ruby #{versions[:ruby]}, RubyLLM #{versions[:ruby_llm]}, #{versions[:platform]}",
           line('Region', region ? "#{region.name} (#{region.from})" : @paint.yellow('none')),
           line('Signs with', format(SIGNERS.fetch(@report.signs_with), @report.provider) + assumed)]
        end

        def assumed
          @report.loaded || @report.profile ? '' : @paint.dim(' (no application loaded; --require does)')
        end

        def outcome
          found = @report.found
          lines = []
          lines << line('Credentials', credentials(found)) << line('Expires', expiry(found)) if found
          lines << line('Bedrock', bedrock) if found || @report.api_key || @report.verification
          lines
        end

        def credentials(found)
          "#{Units.masked(found.access_key_id)}#{" of account #{found.account_id}" if found.account_id}, " \
            "from #{found.source}"
        end

        def expiry(found)
          return found.access_key_id.start_with?('ASIA') ? 'at a time its source does not tell' : 'never' unless
            found.expiration
          return @paint.red("#{time(found.expiration)}, which is past") if found.expiration <= @now

          refresh = ", next refresh in #{Units.duration([found.next_refresh - @now, 0].max)}" if found.next_refresh
          "in #{Units.duration(found.expiration - @now)} (#{time(found.expiration)})#{refresh}"
        end

        def time(time)
          time.getutc.strftime(time - @now > 86_400 ? '%F %T UTC' : '%T UTC')
        end

        def bedrock
          verification = @report.verification
          return @paint.dim('not asked; --verify does') unless verification
          return @paint.red('not asked') unless verification.seconds

          "#{answer(verification)} after #{Units.duration(verification.seconds)}#{clock(verification.clock_offset)}"
        end

        def answer(verification)
          return @paint.green("accepted ListFoundationModels (#{verification.models} models)") if verification.accepted?

          @paint.red(verification.status ? "#{verification.status} #{verification.code}".strip : 'no answer')
        end

        def clock(offset)
          return unless offset

          offset.abs < 2 ? ', clocks agree' : ", clocks are #{Units.duration(offset.abs)} apart"
        end

        def warnings
          @report.warnings.map do |warning|
            Table.fold("#{@paint.yellow('Warning')}: #{warning.message}", @width) +
              Table.fold(warning.action, @width - 2).map { |text| "  #{text}" }
          end
        end

        def verdict
          said = if @report.healthy?
                   "#{@paint.green('OK')}: #{ok}"
                 else
                   why = @report.found || @report.api_key ? refused(@report.verification) : missing
                   "#{@paint.red('NOT OK')}: #{why}"
                 end
          Table.fold(said, @width)
        end

        def ok
          what = @report.api_key ? "#{BearerToken::VARIABLE} authorizes" : "#{@report.found.source} signs"
          "#{what} requests#{', and Bedrock accepts them' if @report.verification}."
        end

        def refused(verification)
          verification.status ? "Bedrock refused the request: #{verification.message}" : verification.message
        end

        def missing
          failed = @report.sources.find { |source| source.outcome == :failed }
          return "#{failed.name} failed, and no source after it is asked." if failed

          'no source has credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with ' \
            'AWS_PROFILE, or run where AWS gives a role.'
        end

        def line(name, text)
          "#{name.ljust(12)} #{text}"
        end
      end
    end
  end
end
