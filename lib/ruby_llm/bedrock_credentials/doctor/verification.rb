# frozen_string_literal: true

require 'faraday'
require 'json'
require 'time'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # Asks Bedrock for its models: one request, signed as every request of RubyLLM's is, and never sent again.
      # @api private
      class Verifier
        TIMEOUTS = { open_timeout: 5, timeout: 15 }.freeze
        LONGEST_MESSAGE = 400
        private_constant :TIMEOUTS, :LONGEST_MESSAGE

        # @param config [RubyLLM::Configuration]
        # @param region [String, nil]
        # @param endpoint_url [String, nil] in place of Bedrock's
        def initialize(config, region, endpoint_url)
          @config = config
          @region = region
          @endpoint_url = endpoint_url
        end

        # @param signer [#credentials, nil]
        # @param api_key [String, nil] sent in the place of a signature
        # @return [Verification]
        def ask(signer:, api_key:)
          return Verification.new(message: 'not sent: there is no region') unless @region
          return Verification.new(message: 'not sent: there are no credentials') unless signer || api_key

          @url = "#{base_url.chomp('/')}/foundation-models"
          send_request(api_key ? { 'authorization' => "Bearer #{api_key}" } : signed(signer))
        rescue ArgumentError, Error, URI::Error => e
          Verification.new(message: "not sent: #{one_line(e.message, {})}")
        end

        private

        # Of the region's partition, and with the application's bedrock_api_base.
        def base_url
          return @endpoint_url if @endpoint_url

          config = @config.dup
          config.bedrock_region = @region
          # To be configured is all it needs to name its endpoints.
          config.bedrock_use_aws_credentials_provider = true
          RubyLLM::Providers::Bedrock.new(config).send(:models_api_base)
        end

        def signed(signer)
          BedrockCredentials.sign(Request.new(http_method: 'GET', url: @url, region: @region), signer)
        end

        def send_request(headers)
          sent_at = Time.now
          start = now
          response = connection.get(@url, nil, headers)
          seconds = now - start
          answered(response, headers, seconds, sent_at + (seconds / 2))
        rescue Faraday::Error, SystemCallError => e
          Verification.new(url: @url, message: "no answer: #{one_line(e.message, headers)}", seconds: now - start)
        end

        def connection
          Faraday.new(request: TIMEOUTS) do |faraday|
            faraday.proxy = @config.http_proxy if @config.http_proxy
            faraday.adapter :net_http
          end
        end

        def answered(response, headers, seconds, midway)
          body = parse(response.body)
          accepted = response.status == 200
          Verification.new(url: @url, status: response.status, seconds: seconds,
                           code: (Rejection.new(Answer.new(response, nil)).code unless accepted),
                           message: (one_line(message(body, response), headers) unless accepted),
                           clock_offset: offset(response.headers['date'], midway),
                           models: (Array(body['modelSummaries']).size if accepted))
        end

        # What Rejection reads an error's code from.
        Answer = Struct.new(:response, :message)
        private_constant :Answer

        def parse(body)
          parsed = JSON.parse(body.to_s)
          parsed.is_a?(Hash) ? parsed : {}
        rescue JSON::ParserError
          {}
        end

        def message(body, response)
          said = body.values_at('message', 'Message').compact.first || response.body
          said.to_s.empty? ? response.reason_phrase.to_s : said.to_s
        end

        # A refused signature may come back with the canonical request, and that with the session token. What is
        # said in its first line is enough, without a value that was sent to authorize.
        def one_line(text, headers)
          line = text.to_s.dup.force_encoding(Encoding::UTF_8).scrub.strip.lines.first.to_s
          headers.values_at('authorization', 'x-amz-security-token').compact.flat_map { |value| value.split(/[ ,=]+/) }
                 .select { |value| value.size >= 16 }.each { |value| line = line.gsub(value, '[...]') }
          line.gsub(/[[:cntrl:][:space:]]+/, ' ').strip[0, LONGEST_MESSAGE]
        end

        # A Date has whole seconds: half of one more is as likely as half of one less.
        def offset(date, midway)
          Time.httpdate(date.to_s) + 0.5 - midway
        rescue ArgumentError
          nil
        end

        def now
          Process.clock_gettime(Process::CLOCK_MONOTONIC)
        end
      end
    end
  end
end
