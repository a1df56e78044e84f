# frozen_string_literal: true

require 'io/wait'
require 'openssl'
require 'socket'
require 'stringio'
require_relative 'bedrock_stand_in/request_reader'
require_relative 'bedrock_stand_in/response'

# HTTP/1.1 with keep-alive on any address of this machine, with or without TLS; requests are read, and answers
# written, by the Bedrock stand-in's classes. An answer may take its time or stay away: see Late, Cut and Absent.
class HttpServer
  Request = BedrockStandIn::Request
  Response = BedrockStandIn::Response

  # What a client that went away, or #stop, leaves behind.
  DISCONNECTED = [IOError, Errno::EPIPE, Errno::ECONNRESET, Errno::ENOTCONN, OpenSSL::SSL::SSLError].freeze

  # The answer, after so many seconds, or as soon as the client gives up.
  Late = Struct.new(:response, :seconds) do
    def write(socket, **options)
      socket.to_io.wait_readable(seconds)
      response.write(socket, **options)
    end
  end

  # Half of the body that was announced, and the end of the connection.
  Cut = Struct.new(:response) do
    def write(socket, **)
      whole = StringIO.new
      response.write(whole, clock: Time, keep_alive: false)
      socket.write(whole.string[0, whole.string.bytesize - ((response.body.bytesize + 1) / 2)])
      false
    end
  end

  # Nothing, for as long as the client has patience.
  class Absent
    def write(socket, **)
      socket.to_io.wait_readable
      false
    end
  end

  attr_reader :host, :port

  # @param tls [OpenSSL::SSL::SSLContext, nil] serves HTTPS with this context
  # @yieldparam request [Request]
  # @yieldreturn [Response, Late, Cut, Absent]
  def initialize(host: '127.0.0.1', port: 0, tls: nil, clock: Time, &handler)
    @host = host
    @tls = tls
    @clock = clock
    @handler = handler
    @mutex = Mutex.new
    @connections = {}
    @listener = TCPServer.new(host, port)
    @port = @listener.addr[1]
    @acceptor = Thread.new { loop { serve(@listener.accept) } }
  end

  def url = "#{@tls ? 'https' : 'http'}://#{authority}"

  def authority = "#{host.include?(':') ? "[#{host}]" : host}:#{port}"

  def open_connections = @mutex.synchronize { @connections.size }

  def stop
    @acceptor.kill.join
    @listener.close
    @mutex.synchronize { @connections.dup }.each do |thread, socket|
      shut(socket)
      thread.join
    end
  end

  # @return [HttpServer] on the same address and port, once this one has stopped
  def again = self.class.new(host: host, port: port, tls: @tls, clock: @clock, &@handler)

  private

  def serve(socket)
    # Under the mutex, so that a conversation cannot end before it has been noted down.
    @mutex.synchronize { @connections[Thread.new { converse(socket) }] = socket }
  end

  def converse(socket)
    stream = @tls ? OpenSSL::SSL::SSLSocket.new(socket, @tls).tap(&:accept) : socket
    reader = BedrockStandIn::RequestReader.new(stream, clock: @clock)
    nil while exchange(reader, stream)
  rescue *DISCONNECTED
    nil
  ensure
    @mutex.synchronize { @connections.delete(Thread.current) }
    shut(socket)
    socket.close
  end

  def exchange(reader, stream)
    request = reader.read or return false
    @handler.call(request).write(stream, clock: @clock, keep_alive: request.keep_alive?)
  rescue BedrockStandIn::RequestReader::BadRequest => e
    Response.error('BadRequestException', e.message, status: 400)
            .write(stream, clock: @clock, keep_alive: false)
  end

  # Unlike closing, this wakes whoever is blocked on the socket, and tells the client even if a fork holds a copy.
  def shut(socket)
    socket.shutdown
  rescue *DISCONNECTED
    nil
  end
end
