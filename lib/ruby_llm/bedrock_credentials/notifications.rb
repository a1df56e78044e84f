# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Tells what happens to credentials, in RubyLLM's log and, where it has it, its instrumentation.
    # No message and no payload has a secret.
    #
    # The native providers refresh on threads that have no way into Ruby: what they did is told with
    # the next request.
    # @api private
    class Notifications
      # @param config [RubyLLM::Configuration] whose instrumenter is told
      def initialize(config)
        @config = config
      end

      # @param provider [Object] only those of this gem have something to tell
      def chain(provider)
        return unless provider.is_a?(CredentialsProvider)

        provider.drain_events.each { |event| public_send(event.delete(:event), event) }
      end

      # A provider's first set.
      # @param event [Hash] `:source`, `:duration` (seconds), `:expiration`
      def resolve(event)
        tell('resolve_credentials', event) { "resolved by #{loaded(event)}" }
      end

      # A set of a provider in place of an older one.
      # @param event [Hash] as for {#resolve}
      def refresh(event)
        tell('refresh_credentials', event) { "refreshed by #{loaded(event)}" }
      end

      # @param event [Hash] `:reason`, `:duration` (seconds), `:kept`
      def refresh_failed(event)
        # Where there is no set to go on with, the request raises the reason.
        tell('refresh_credentials_failed', event, level: event[:kept] ? :warn : :debug) do
          "a refresh failed after #{milliseconds(event)} ms, " \
            "#{event[:kept] ? 'going on with the set there is' : 'there is no set to go on with'}: #{event[:reason]}"
        end
      end

      # @param event [Hash] `:message`
      def warning(event)
        tell('warn_of_credentials', event, level: :warn) { event[:message] }
      end

      # A request is sent once more with other credentials.
      # @param code [String] AWS's error code
      # @param provider [Object]
      def retry_rejected(code, provider)
        tell('retry_rejected_credentials', { code: code, provider: provider.class.name }, level: :warn) do
          "AWS rejected those of #{provider.class} (#{code}); trying once more with the next set"
        end
      end

      # @param host [String]
      # @param offset [Float] seconds that its clock is ahead of this machine's
      def clock_skew(host, offset)
        tell('learn_clock_skew', { host: host, offset: offset }, level: :warn) do
          "the clock of #{host} is #{offset.abs.round} s #{offset.positive? ? 'ahead of' : 'behind'} this machine's; " \
            'signing by it from now on. Is this machine synchronized?'
        end
      end

      # @param error [Exception]
      def renewal_failed(error)
        tell('refresh_credentials_failed', { reason: error.message, kept: false }, level: :warn) do
          "AWS rejected them, and no others are to be had: #{error.message}"
        end
      end

      private

      def tell(name, payload, level: :debug)
        RubyLLM.logger.public_send(level) { "AWS credentials: #{yield}" }
        RubyLLM.instrument("#{name}.ruby_llm", payload, config: @config) { nil } if RubyLLM.respond_to?(:instrument)
      end

      def loaded(event)
        "#{event[:source]} in #{milliseconds(event)} ms, " \
          "#{event[:expiration] ? "good until #{event[:expiration].utc}" : 'without expiration'}"
      end

      def milliseconds(event)
        (event[:duration] * 1000).round
      end
    end
  end
end
