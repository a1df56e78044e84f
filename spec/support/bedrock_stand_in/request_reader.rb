# frozen_string_literal: true

require_relative 'request'

class BedrockStandIn
  # Reads one HTTP/1.1 request off a socket: nothing is decoded, folded or reordered on the way.
  class RequestReader
    class BadRequest < StandardError; end

    MAX_LINE = 64 * 1024
    REQUEST_LINE = %r{\A([A-Z]+) ([\x21-\x7E]+) HTTP/(1\.[01])\z}
    HEADER = /\A(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(?<value>.*?)[ \t]*\z/m

    def initialize(socket, clock:)
      @socket = socket
      @clock = clock
    end

    # @return [Request, nil] nil once the client has closed the connection
    def read
      first = line or return
      request_line = REQUEST_LINE.match(first) or raise BadRequest, 'malformed request line'
      received_at = @clock.now
      headers = read_headers
      Request.new(request_line.captures, raw_headers: headers, body: read_body(headers), received_at:)
    end

    private

    def read_headers
      headers = []
      until (text = line || raise(BadRequest, 'headers cut short')).empty?
        header = HEADER.match(text) or raise BadRequest, 'malformed header'
        headers << [header[:name], header[:value]]
      end
      headers
    end

    def read_body(headers)
      named = headers.to_h { |name, value| [name.downcase, value] }
      @socket.write("HTTP/1.1 100 Continue\r\n\r\n") if named['expect']&.casecmp?('100-continue')
      return read_chunks if named['transfer-encoding']&.casecmp?('chunked')

      read_exactly(Integer(named.fetch('content-length', '0'), 10))
    end

    def read_chunks
      body = String.new
      until (size = Integer(line.to_s[/\A\h+/] || raise(BadRequest, 'malformed chunk'), 16)).zero?
        body << read_exactly(size)
        line
      end
      # Trailers, of which no Bedrock client sends any.
      nil until line.to_s.empty?
      body
    end

    def read_exactly(size)
      return +'' if size.zero?

      bytes = @socket.read(size)
      raise BadRequest, 'body cut short' unless bytes&.bytesize == size

      bytes
    end

    def line
      @socket.gets("\r\n", MAX_LINE)&.chomp("\r\n")
    end
  end
end
