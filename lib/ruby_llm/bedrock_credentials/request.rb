# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # A request that is about to be sent, named as in Aws::Sigv4::Signer#sign_request.
    class Request
      include Undumpable

      # @return [String] as sent, for example 'POST'
      attr_reader :http_method

      # @return [String, URI] absolute, percent-encoded as it is sent
      attr_reader :url

      # @return [Hash{String, Symbol => String, Numeric, nil}] as sent; nil is not sent
      attr_reader :headers

      # @return [String, nil] the bytes as sent, in any encoding
      attr_reader :body

      # @return [String] for example 'us-west-2'
      attr_reader :region

      # @return [String] the service in the credential scope
      attr_reader :service

      # @return [Time, nil] nil for the time of signing
      attr_reader :time

      # Ruby's own `new` takes keywords to `initialize` by way of two Hashes (before Ruby 3.5), which
      # cost more than the rest of it, for every request.
      #
      # @param http_method [String]
      # @param url [String, URI] with http or https, without user name and password, of at most
      #   65,534 bytes
      # @param region [String]
      # @param headers [Hash] `host` where it is not the URL's; authorization, x-amz-date and
      #   x-amz-content-sha256 are replaced by the signature's
      # @param body [String, nil]
      # @param service [String] 'bedrock', or 'bedrock-mantle' for the mantle endpoint
      # @param time [Time, nil]
      # @return [Request]
      def self.new(http_method:, url:, region:, headers: {}, body: nil, service: 'bedrock', time: nil) # rubocop:disable Metrics/ParameterLists
        request = allocate
        request.__send__(:initialize, http_method: http_method, url: url, region: region, headers: headers, body: body,
                                      service: service, time: time)
        request
      end

      # A subclass may take other keywords.
      # @api private
      def self.inherited(subclass)
        super
        subclass.define_singleton_method(:new, Class.instance_method(:new))
      end

      # @api private
      def initialize(http_method:, url:, region:, headers: {}, body: nil, service: 'bedrock', time: nil) # rubocop:disable Metrics/ParameterLists
        @http_method = http_method
        @url = url
        @headers = headers
        @body = body
        @region = region
        @service = service
        @time = time
      end

      # @return [String] without headers and body, which may hold secrets
      def inspect
        "#<#{self.class} #{http_method} #{url.to_s[0, 200]} region=#{region} service=#{service}>"
      end
      alias to_s inspect

      # @api private
      def pretty_print(printer)
        printer.text(inspect)
      end
    end
  end
end
