# frozen_string_literal: true

require 'json'
require 'uri'

class BedrockStandIn
  # A request exactly as it came off the wire.
  class Request
    # RFC 9112 §3.2.2: what a client sends to its HTTP proxy.
    ABSOLUTE_FORM = %r{\Ahttps?://(?<authority>[^/?#]+)(?<rest>[^#]*)\z}i

    attr_reader :http_method, :target, :http_version, :raw_headers, :body, :received_at

    # @param request_line [Array(String, String, String)] method, target and version
    # @param raw_headers [Array<Array(String, String)>] name and value pairs, in the order and case received
    def initialize(request_line, raw_headers:, body:, received_at:)
      @http_method, @target, @http_version = request_line
      @raw_headers = raw_headers.freeze
      @body = body
      @received_at = received_at
    end

    # Lower-case names; a header sent twice has its values joined by a comma, as SigV4 canonicalises it.
    def headers
      @headers ||= raw_headers.group_by { |name, _| name.downcase }
                              .transform_values { |pairs| pairs.map(&:last).join(',') }.freeze
    end

    def [](name)
      headers[name]
    end

    def authority
      target[ABSOLUTE_FORM, :authority] || self['host']
    end

    # Still encoded as received, with the query.
    def path_and_query
      rest = target[ABSOLUTE_FORM, :rest]
      return target unless rest

      rest.start_with?('/') ? rest : "/#{rest}"
    end

    def path
      path_and_query.partition('?').first
    end

    def query
      path_and_query.partition('?').last
    end

    def params
      URI.decode_www_form(query).to_h
    end

    def json
      JSON.parse(body)
    end

    # @return [String, nil] the Bedrock API key that stands in the place of a signature
    def api_key
      self['authorization'].to_s[/\ABearer +(\S.*)\z/, 1]
    end

    def keep_alive?
      http_version == '1.1' && self['connection']&.downcase != 'close'
    end
  end
end
