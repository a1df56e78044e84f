# frozen_string_literal: true

require 'uri'

module RubyLLM
  module BedrockCredentials
    # Puts a request into the one form that the client sends, and AWS and every signer read alike.
    # @api private
    module Wire
      UNRESERVED = /[^A-Za-z0-9\-._~]/n

      class << self
        # AWS decodes a query and encodes it again, strictly, before it compares signatures: sent
        # that way, there is one reading of it. Faraday writes a space as `+`, and the order of
        # parameters does not matter.
        #
        # @param url [URI]
        # @return [URI]
        # @raise [ArgumentError] where the query cannot be decoded
        def url(url)
          return url if url.query.nil? || url.query.empty?

          query = URI.decode_www_form(url.query).map { |name, value| "#{escape(name)}=#{escape(value)}" }.join('&')
          query == url.query ? url : url.dup.tap { |strict| strict.query = query }
        end

        # Frozen, so that it cannot change between being signed and being sent; a large String
        # shares its bytes with its frozen twin.
        #
        # @param body [String, #read, nil]
        # @return [String, nil] anything else as it is, for `sign` to refuse
        def body(body)
          return body if body.nil? || body.frozen?
          return body.dup.freeze if body.is_a?(String)
          return body unless body.respond_to?(:read)

          body.rewind if body.respond_to?(:rewind)
          body.read.freeze
        end

        # As Faraday joins them: an absolute path replaces that of the base.
        #
        # @param base_url [String]
        # @param path [String] with its query
        # @return [String]
        def join(base_url, path)
          return "#{base_url.chomp('/')}/#{path}" unless path.start_with?('/')

          URI(base_url).tap { |base| base.path = '' }.to_s + path
        end

        # @param url [URI]
        # @return [String] with its port
        def host(url)
          "#{url.host}:#{url.port}"
        end

        private

        def escape(text)
          text.b.gsub(UNRESERVED) { |byte| format('%%%02X', byte.ord) }
        end
      end
    end
  end
end
