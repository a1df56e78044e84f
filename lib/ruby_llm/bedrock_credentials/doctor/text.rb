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
        # Columns, for what a line is about.
        INDENT = 13
        private_constant :WIDTHS, :SIGNERS, :INDENT

        # @param out [IO] that it is written to
        # @return [Text]
        def self.for(out)
          width = out.tty? ? out.winsize.last : 0
          new(width: width.zero? ? 80 : width.clamp(WIDTHS.min, WIDTHS.max), paint: Paint.for(out))
        end

        # @param width [Integer] columns
        # @param paint [Paint]
        def initialize(width: 80, paint: Paint.new(false))
          @width = width
          @paint = paint
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
           *line('Region', region ? "#{region.name} (#{region.from})" : @paint.yellow('none')),
           *line('Signs with', format(SIGNERS.fetch(@report.signs_with), @report.provider) + assumed)]
        end

        def assumed
          @report.loaded || @report.profile ? '' : @paint.dim(' (no application loaded; --require does)')
        end

        def outcome
          lines = credentials
          lines += line('Bedrock', bedrock) if lines.any? || @report.verification
          lines
        end

        # An API key goes ahead of what the chain has.
        def credentials
          return line('Credentials', "a Bedrock API key, from #{API_KEY}") if @report.api_key

          found = @report.found
          return [] unless found

          account = " of account #{found.account_id}" if found.account_id
          line('Credentials', "#{Units.masked(found.access_key_id)}#{account}, from #{found.source}") +
            line('Expires', expiry(found))
        end

        def expiry(found)
          return found.access_key_id.start_with?('ASIA') ? 'at a time its source does not tell' : 'never' unless
            found.expiration
          return @paint.red("#{Units.time(found.expiration)}, which is past") if found.expired?

          now = Time.now
          refresh = ", next refresh in #{Units.duration([found.next_refresh - now, 0].max)}" if found.next_refresh
          "in #{Units.duration(found.expiration - now)} (#{Units.time(found.expiration)})#{refresh}"
        end

        def bedrock
          verification = @report.verification
          return @paint.dim('not asked; --verify does') unless verification
          return @paint.red('not asked') unless verification.seconds

          "#{answer(verification)} after #{Units.duration(verification.seconds)}#{clock(verification.clock_offset)}"
        end

        def answer(verification)
          return @paint.green("accepted ListFoundationModels (#{verification.models} models)") if verification.accepted?

          colour = @report.listing_denied? ? :yellow : :red
          said = verification.status ? "#{verification.status} #{verification.code}".strip : 'no answer'
          @paint.public_send(colour, said)
        end

        def clock(offset)
          return unless offset

          offset.abs < 2 ? ', clocks agree' : ", clocks are #{Units.duration(offset.abs)} apart"
        end

        def warnings
          # What the verdict says is not said twice.
          @report.warnings.reject { |warning| warning.code == @report.verdict.code }.map do |warning|
            Table.fold("#{@paint.yellow('Warning')}: #{warning.message}", @width) +
              Table.fold(warning.action, @width - 2).map { |text| "  #{text}" }
          end
        end

        def verdict
          verdict = @report.verdict
          said = if verdict.healthy?
                   "#{@paint.green('OK')}: #{verdict.praise}"
                 else
                   "#{@paint.red('NOT OK')}: #{verdict.reason}"
                 end
          Table.fold(said, @width)
        end

        def line(name, text)
          first, *rest = Table.fold(text, @width - INDENT)
          [name.ljust(INDENT) + first, *rest.map { |part| (' ' * INDENT) + part }]
        end
      end
    end
  end
end
