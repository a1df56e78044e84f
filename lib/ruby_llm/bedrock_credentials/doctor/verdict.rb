# frozen_string_literal: true

require_relative 'units'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # Whether the requests would be signed and taken; if not, for which reason, the gravest, and what to do.
      # @api private
      class Verdict
        # The gravest first.
        FAULTS = %i[nothing_signs no_credentials expired no_region refused].freeze
        # By AWS's code.
        ADVICE = {
          'ExpiredTokenException' => 'Log in again, or set the provider itself and not a copy of its credentials.',
          'InvalidSignatureException' => 'Look at the secret access key, this machine\'s clock, and what is between ' \
                                         'here and AWS.',
          'UnrecognizedClientException' => 'AWS does not know these keys: are they of another partition, deleted, or ' \
                                           'beside another login\'s AWS_SESSION_TOKEN?'
        }.freeze
        ON_KEYS = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or run where ' \
                  'AWS gives a role.'
        # The one that is asked on every machine, wherever nothing else is set up.
        LAST = 'Ec2InstanceMetadata'
        NO_ANSWER = 'Look at the region\'s name, DNS, a proxy, a firewall, or a VPC endpoint.'
        private_constant :FAULTS, :ADVICE, :NO_ANSWER, :ON_KEYS, :LAST

        # @param report [Report]
        def initialize(report)
          @report = report
        end

        # @return [Boolean] what the exit status says
        def healthy?
          code.nil?
        end

        # @return [Symbol, nil] that of the warning that says the same, if one does
        def code
          FAULTS.find { |fault| send(:"#{fault}?") }
        end

        # @return [String, nil] nil where it is healthy
        def reason
          case (fault = code)
          when :nothing_signs, :no_region then warned(fault)
          when :no_credentials then missing
          when :expired then expired
          when :refused then refused
          end
        end

        # @return [String] where it is healthy
        def praise
          what = @report.api_key ? "#{API_KEY} authorizes" : "#{@report.found.source} signs"
          "#{what} requests#{accepted}"
        end

        private

        def nothing_signs?
          @report.signs_with == :nothing
        end

        def no_credentials?
          !(@report.found || @report.api_key)
        end

        def expired?
          !@report.api_key && @report.found.expired?
        end

        # Where no one loads an application or asks Bedrock, it is not known what region it will have.
        def no_region?
          @report.region.nil? && (@report.loaded || !@report.verification.nil?)
        end

        def refused?
          return false unless @report.verification

          !@report.verification.accepted? && !@report.listing_denied?
        end

        def accepted
          return '.' unless @report.verification
          return ', and Bedrock accepts them.' unless @report.listing_denied?

          proof = @report.api_key ? 'it' : 'its signature and credentials'
          ", and Bedrock accepted #{proof}. They may not list models, which one that only chats need not."
        end

        def warned(fault)
          warning = @report.warnings.find { |candidate| candidate.code == fault }
          "#{warning.message.sub(/\A[A-Z]/, &:downcase)} #{warning.action}"
        end

        def missing
          failed = @report.sources.find { |source| source.outcome == :failed }
          return "no source has credentials. #{ON_KEYS}" unless failed
          return "#{failed.name} failed, and no other source has credentials. #{ON_KEYS}" if failed.name == LAST
          return "#{failed.name} failed, and so would each request. Mend what its line says." if @report.provider

          "#{failed.name} failed, and no source after it is asked. Mend what its line says, or unset what chooses it."
        end

        def expired
          found = @report.found
          "#{found.source} gave a set that expired at #{Units.time(found.expiration)}. Log in again, or set the " \
            'provider itself and not a copy of its credentials.'
        end

        def refused
          verification = @report.verification
          return "#{verification.message}." unless verification.seconds
          return "#{verification.message}. #{NO_ANSWER}" unless verification.status

          "Bedrock refused the request: #{verification.message.chomp('.')}. #{ADVICE[verification.code]}".strip
        end
      end
    end
  end
end
