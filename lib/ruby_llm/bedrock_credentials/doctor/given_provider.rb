# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    module Doctor
      # A provider of the application's own, read once.
      # @api private
      class GivenProvider
        # What was read, for the signer to find it unusable, or not, by itself.
        Reading = Struct.new(:credentials)
        private_constant :Reading

        # @return [Reading, nil]
        attr_reader :signer
        # @return [nil] it may have one, and does not tell
        attr_reader :region

        # @return [String]
        attr_reader :current

        # @param provider [#credentials]
        # @param name [String]
        def initialize(provider, name)
          @provider = provider
          @current = name
        end

        def run
          start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
          @failure = failure
          @seconds = Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
        end

        # @return [Array(Source)]
        def sources
          [Source.new(name: current, outcome: @failure ? :failed : :found, detail: @failure, seconds: @seconds)]
        end

        # @return [Found, nil]
        def found
          return if @failure

          credentials = signer.credentials
          Found.new(source: source, access_key_id: credentials.access_key_id.to_s,
                    account_id: (credentials.account_id if credentials.respond_to?(:account_id)),
                    expiration: expiration(credentials), next_refresh: next_refresh)
        end

        # @return [Boolean]
        def temporary_without_token?
          !@failure && signer.credentials.access_key_id.to_s.start_with?('ASIA') &&
            signer.credentials.session_token.to_s.strip.empty?
        end

        private

        # Of what this gem's has just given. Its public #source may name an API key, which is not sent for a provider
        # that was given.
        def source
          @provider.is_a?(CredentialsProvider) ? @provider.send(:credentials_source) : current
        end

        # @return [Time, nil] other providers do not tell
        def next_refresh
          @provider.send(:refresh_due) if @provider.is_a?(CredentialsProvider)
        end

        # @return [String, nil] in the words that a request would raise
        def failure
          @signer = Reading.new(@provider.credentials)
          # Signed and thrown away: only the signer knows what it cannot sign with.
          request = Request.new(http_method: 'GET', url: 'https://localhost/', region: 'us-east-1')
          BedrockCredentials.sign(request, @signer)
          nil
        rescue Error => e
          @signer = nil
          e.message.sub(/\A#{Reading.name}#credentials: /, '')
        rescue StandardError => e
          @signer = nil
          CredentialsProviderError.wrap(e, current).message
        end

        # @return [Time, nil]
        def expiration(credentials)
          [@provider, credentials].each do |object|
            time = object.expiration if object.respond_to?(:expiration)
            return time if time.is_a?(Time)
          end
          nil
        end
      end
    end
  end
end
