# frozen_string_literal: true

require 'socket'
require_relative 'request_reader'
require_relative 'response'

class BedrockStandIn
  # HTTP/1.1 on loopback: a thread for each connection, keep-alive, and nothing that is not needed here.
  class HttpServer
    # What a client that went away leaves behind.
    DISCONNECTED = [IOError, Errno::EPIPE, Errno::ECONNRESET, Errno::ENOTCONN].freeze

    attr_reader :port

    # @yieldparam request [Request]
    # @yieldreturn [Response]
    def initialize(clock:, &handler)
      @clock = clock
      @handler = handler
      @mutex = Mutex.new
      @connections = {}
      @listener = TCPServer.new('127.0.0.1', 0)
      @port = @listener.addr[1]
      @acceptor = Thread.new { accept }
    end

    def stop
      @acceptor.kill.join
      @listener.close
      threads = @mutex.synchronize { @connections.dup }
      threads.each do |thread, socket|
        thread.kill.join
        close(socket)
      end
    end

    private

    def accept
      loop { serve(@listener.accept) }
    end

    def serve(socket)
      # Without it every small chunk of a stream waits for Nagle's algorithm.
      socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
      @mutex.synchronize do
        thread = Thread.new { converse(socket) }
        thread.report_on_exception = false
        @connections[thread] = socket
      end
    end

    def converse(socket)
      reader = RequestReader.new(socket, clock: @clock)
      nil while exchange(reader, socket)
    rescue RequestReader::BadRequest => e
      refuse(socket, e.message)
    rescue *DISCONNECTED
      nil
    ensure
      close(socket)
      @mutex.synchronize { @connections.delete(Thread.current) }
    end

    def exchange(reader, socket)
      request = reader.read or return false
      @handler.call(request).write(socket, clock: @clock, keep_alive: request.keep_alive?)
    end

    def refuse(socket, message)
      Response.error('BadRequestException', message, status: 400).write(socket, clock: @clock, keep_alive: false)
    rescue *DISCONNECTED
      nil
    end

    # The shutdown tells the client even while a forked process holds a copy of the socket.
    def close(socket)
      socket.shutdown unless socket.closed?
    rescue *DISCONNECTED
      nil
    ensure
      socket.close
    end
  end
end
