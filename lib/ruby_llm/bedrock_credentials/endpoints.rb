# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Prepended to RubyLLM's Bedrock provider, whose endpoints all end as those of the commercial
    # partition do. An endpoint that is configured is left as it is.
    module Endpoints
      # The suffixes of AWS's other partitions, by the beginning of their regions' names, from the
      # partitions of AWS's endpoint rules: of an ordinary endpoint and of a dual-stack one.
      # GovCloud's are the commercial ones.
      SUFFIXES = {
        'cn-' => %w[amazonaws.com.cn api.amazonwebservices.com.cn],
        'eusc-' => %w[amazonaws.eu api.amazonwebservices.eu],
        'us-iso-' => %w[c2s.ic.gov api.aws.ic.gov],
        'us-isob-' => %w[sc2s.sgov.gov api.aws.scloud],
        'eu-isoe-' => %w[cloud.adc-e.uk api.cloud-aws.adc-e.uk],
        'us-isof-' => %w[csp.hci.ic.gov api.aws.hci.ic.gov]
      }.freeze
      private_constant :SUFFIXES

      NAMES = %i[api_base models_api_base control_api_base agent_api_base mantle_api_base].freeze

      class << self
        # @param names [Array<Symbol>] of NAMES, those that this RubyLLM has
        # @return [Module]
        def module_for(*names)
          Module.new do
            names.each { |name| define_method(name) { Endpoints.of_partition(super(), @config.bedrock_region) } }
          end
        end

        # @param url [String]
        # @param region [String]
        # @return [String]
        def of_partition(url, region)
          standard, dual_stack = SUFFIXES.find { |prefix, _| region.to_s.start_with?(prefix) }&.last
          return url unless standard

          url.sub(/\.#{Regexp.escape(region)}\.amazonaws\.com\z/, ".#{region}.#{standard}")
             .sub(/\.#{Regexp.escape(region)}\.api\.aws\z/, ".#{region}.#{dual_stack}")
        end
      end
    end
  end
end
