# frozen_string_literal: true

require 'optparse'
require 'uri'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # The command line.
      # @api private
      class Options
        # It cannot be understood; the message says what of it.
        class Invalid < StandardError; end

        EXIT_STATUSES = <<~TEXT

          Exit status
              0   requests can be signed; with --verify: and Bedrock accepts them
              1   they cannot, or it does not: the last lines say why, and what to do
              2   the command line, or the file of --require, is at fault

          It shows no secret, no session token, and of an access key id the first and
          last four characters.
        TEXT
        private_constant :EXIT_STATUSES

        # @return [Boolean]
        attr_reader :json, :verify
        # @return [String, nil]
        attr_reader :profile, :region, :require, :endpoint_url
        # @return [String, nil] what --help or --version answer
        attr_reader :answer

        # @param arguments [Array<String>]
        # @return [Options]
        # @raise [Invalid]
        def self.parse(arguments)
          new(arguments)
        rescue OptionParser::ParseError => e
          raise Invalid, e.message
        end

        private_class_method :new

        # @param arguments [Array<String>]
        def initialize(arguments)
          @json = @verify = false
          rest = parser.parse(arguments)
          rest.shift if rest.first == 'doctor'
          raise Invalid, "unknown argument: #{rest.first}" unless rest.empty?
        end

        private

        def parser
          OptionParser.new(nil, 22) do |parser|
            parser.banner = <<~TEXT
              Usage: bedrock-credentials [doctor] [options]

              Says which AWS credentials RubyLLM's Bedrock requests are signed with, and why
              those: asks the sources of AWS's default chain, in AWS's order.

            TEXT
            examination(parser)
            parser.on('--json', 'The report as JSON') { @json = true }
            parser.on('--version', 'Print the version') { @answer ||= VERSION }
            parser.on('-h', '--help', 'Print this') { @answer = parser.help + EXIT_STATUSES }
          end
        end

        def examination(parser)
          parser.on('-r', '--require FILE', 'Load an application, and examine what it configured:',
                    './config/environment, for example') { |file| @require = given('--require', file) }
          parser.on('--verify', 'Send one signed ListFoundationModels to Bedrock') { @verify = true }
          parser.on('--endpoint-url URL', 'Send it there, in place of bedrock_api_base') do |url|
            @endpoint_url = http_url('--endpoint-url', url)
          end
          parser.on('--profile NAME', 'Ask this profile alone, ahead of environment keys') do |name|
            @profile = given('--profile', name)
          end
          parser.on('--region NAME', 'In place of bedrock_region or AWS_REGION') do |name|
            @region = given('--region', name)
          end
        end

        def http_url(option, value)
          url = URI.parse(value)
          raise Invalid, "#{option} must be a URL with http or https" unless url.is_a?(URI::HTTP) && url.host
          raise Invalid, "#{option} must have no user name or password" if url.userinfo

          value
        rescue URI::InvalidURIError
          raise Invalid, "#{option} is no URL"
        end

        def given(option, value)
          raise Invalid, "#{option} is blank" if value.strip.empty?

          value
        end
      end
    end
  end
end
