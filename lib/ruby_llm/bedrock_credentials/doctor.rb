# frozen_string_literal: true

require_relative 'version'
require_relative 'doctor/options'

module RubyLLM
  module BedrockCredentials
    # The command `bedrock-credentials`: says which credentials would sign, and why those. Loaded by
    # the executable alone.
    # @api private
    module Doctor
      # Exit statuses.
      HEALTHY = 0
      UNHEALTHY = 1
      USAGE = 2

      class << self
        # @param arguments [Array<String>] the command line's
        # @param out [IO] gets the report, and nothing else
        # @param err [IO] gets progress, complaints, and what the application prints
        # @return [Integer] exit status
        def run(arguments, out: $stdout, err: $stderr)
          options = Options.parse(arguments)
          return tell(out, options.answer) if options.answer

          load_gem
          report = apart(out, err) { Progress.show(err) { |progress| Examination.new(options, progress).report } }
          tell(out, options.json ? Json.render(report) : Text.for(out).render(report))
          report.healthy? ? HEALTHY : UNHEALTHY
        rescue Options::Invalid => e
          err.puts("bedrock-credentials: #{e.message}", "Try 'bedrock-credentials --help'.")
          USAGE
        rescue LoadError, *unsupported => e
          # RubyLLM, one that this gem does not work with, or the native library: what to do is in the message.
          err.puts("bedrock-credentials: #{e.message}")
          UNHEALTHY
        rescue Errno::EPIPE
          # Whoever read it has seen enough.
          UNHEALTHY
        rescue Interrupt
          128 + Signal.list.fetch('INT')
        end

        private

        # Has no name before RubyLLM is loaded.
        def unsupported
          defined?(RubyLLM::ConfigurationError) ? [RubyLLM::ConfigurationError] : []
        end

        def tell(out, text)
          out.puts(text)
          out.flush
          HEALTHY
        end

        # What an application prints while it is loaded and asked, its log too, is no part of the report.
        def apart(out, err)
          kept = out.dup
          out.reopen(err)
          yield
        ensure
          out.reopen(kept)
          kept.close
        end

        # Only now: --help needs neither RubyLLM nor a native library.
        def load_gem
          require_relative '../bedrock_credentials'
          require_relative 'doctor/examination'
          require_relative 'doctor/json'
          require_relative 'doctor/progress'
          require_relative 'doctor/text'
        end
      end
    end
  end
end
