# frozen_string_literal: true

require 'json'
require 'securerandom'
require 'time'

class BedrockStandIn
  # An answer on its way to the socket: a whole body, or one that is sent piece by piece.
  class Response
    REASONS = { 200 => 'OK', 202 => 'Accepted', 307 => 'Temporary Redirect', 308 => 'Permanent Redirect',
                400 => 'Bad Request', 403 => 'Forbidden', 404 => 'Not Found', 405 => 'Method Not Allowed',
                415 => 'Unsupported Media Type', 424 => 'Failed Dependency', 429 => 'Too Many Requests',
                500 => 'Internal Server Error', 502 => 'Bad Gateway', 503 => 'Service Unavailable' }.freeze

    attr_reader :status, :headers, :body

    def self.json(data, status: 200, headers: {})
      new(status:, headers: { 'Content-Type' => 'application/json' }.merge(headers), body: JSON.generate(data))
    end

    # An error as AWS's rest-json services answer it: the code in a header, the message in the body.
    def self.error(code, message, status:, headers: {})
      json({ message: }, status:, headers: { 'x-amzn-ErrorType' => code }.merge(headers))
    end

    # bedrock-mantle answers in the shape of the vendors' APIs it serves.
    def self.mantle_error(code, message, status:, headers: {})
      json({ error: { code:, message:, type: code } }, status:, headers: { 'x-amzn-ErrorType' => code }.merge(headers))
    end

    # @param body [String, #each] each piece of an #each goes out in a chunk of its own
    def initialize(status: 200, headers: {}, body: '')
      @status = status
      @headers = headers
      @body = body
    end

    # @return [Boolean, nil] whether the connection can take another request
    def write(socket, clock:, keep_alive:)
      streamed = !body.is_a?(String)
      socket.write(head(clock:, keep_alive:, streamed:) + (streamed ? '' : body))
      return keep_alive unless streamed

      body.each { |piece| socket.write("#{piece.bytesize.to_s(16)}\r\n".b << piece.b << "\r\n") }
      socket.write("0\r\n\r\n")
      keep_alive
    end

    private

    def head(clock:, keep_alive:, streamed:)
      fields = { 'Date' => clock.now.httpdate, 'x-amzn-RequestId' => SecureRandom.uuid,
                 'Connection' => keep_alive ? 'keep-alive' : 'close' }.merge(headers)
      fields.merge!(streamed ? { 'Transfer-Encoding' => 'chunked' } : { 'Content-Length' => body.bytesize })
      lines = ["HTTP/1.1 #{status} #{REASONS.fetch(status, 'Unknown')}", *fields.map { |pair| pair.join(': ') }]
      "#{lines.join("\r\n")}\r\n\r\n"
    end
  end

  # Closes the connection in the client's face, as a dying load balancer does.
  class DroppedConnection < Response
    def write(_socket, **); end
  end
end
