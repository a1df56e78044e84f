# frozen_string_literal: true

require_relative 'application'
require_relative 'chain'
require_relative 'given_provider'
require_relative 'report'
require_relative 'verification'
require_relative 'warnings'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # Looks at everything once and reports it.
      # @api private
      class Examination
        # @param options [Options]
        # @param progress [Progress]
        def initialize(options, progress)
          @options = options
          @progress = progress
        end

        # @return [Report]
        # @raise [Options::Invalid] where the application cannot be loaded
        def report
          @progress.about { "Loading #{@options.require}" } if @options.require
          @application = Application.new(@options)
          ask
          report = unjudged
          report.warnings = Warnings.new(report, @application, @asked).all
          report
        rescue RubyLLM::ConfigurationError => e
          raise Options::Invalid, "#{@options.require}: #{e.message}"
        end

        private

        def unjudged
          key_failure = api_key_failure
          Report.new(versions: versions, region: region, signs_with: @application.signs_with,
                     provider: @application.provider_name, profile: @options.profile,
                     loaded: @application.loaded?, sources: [key_failure, *@asked.sources].compact,
                     found: key_failure ? nil : @asked.found, api_key: !@api_key.nil?,
                     verification: (verify if @options.verify))
        end

        def ask
          provider = @application.provider
          @asked = if provider
                     GivenProvider.new(provider, @application.provider_name)
                   else
                     Chain.new(@application.region&.name, @options.profile)
                   end
          @progress.about { "Asking #{@asked.current}" }
          @asked.run
        end

        # A Bedrock API key goes ahead of the default chain, and of no other provider.
        def api_key_failure
          @api_key = BearerToken.of(@application.config) unless @options.profile
          nil
        rescue RubyLLM::ConfigurationError => e
          Source.new(name: API_KEY, outcome: :failed, detail: e.message)
        end

        # RubyLLM takes bedrock_region alone; a command line without an application takes what AWS's tools take.
        def region
          @region ||= @application.region || (@asked.region unless @application.loaded?)
        end

        def verify
          @progress.about { 'Asking Bedrock' }
          Verifier.new(@application.config, region&.name, @options.endpoint_url)
                  .ask(signer: @asked.signer, api_key: @api_key)
        end

        def versions
          { gem: VERSION, ruby: RUBY_VERSION, ruby_llm: RubyLLM::VERSION, platform: RUBY_PLATFORM }
        end
      end
    end
  end
end
