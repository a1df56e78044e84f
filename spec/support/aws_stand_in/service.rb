# frozen_string_literal: true

require 'json'
require 'openssl'
require 'time'

class AwsStandIn
  ACCOUNT_ID = '123456789012'

  # What the endpoints have in common. Each one says which requests are its own (#operation), answers them
  # (#answer), and knows how it throttles, denies and fails, because they all do it differently.
  class Service
    def initialize(stand_in)
      @stand_in = stand_in
    end

    private

    attr_reader :stand_in

    def respond(body, status: 200, type: 'application/json', headers: {})
      body = JSON.generate(body) unless body.is_a?(String)
      HttpServer::Response.new(status: status, headers: { 'Content-Type' => type }.merge(headers), body: body)
    end

    # @raise [Refused]
    def refuse(message, response) = raise(Refused.new(message, response))

    # The REST-JSON protocol names its error in a header; these services do so in the body, too.
    def json_error(status, type, message, **fields)
      respond({ __type: type, message: message, **fields }, status: status, headers: { 'x-amzn-ErrorType' => type })
    end

    def parse(request)
      request.json
    rescue JSON::ParserError
      refuse('the body is not JSON', json_error(400, 'SerializationException', 'Could not parse the request'))
    end

    # Compares all bytes, whatever they are, as anyone who checks a secret should.
    def same?(expected, given) = !given.nil? && OpenSSL.secure_compare(expected, given)
  end
end
