# frozen_string_literal: true

require 'socket'

# A proxy that tunnels to where it is told to and notes what it was asked for. It goes to `target` whatever name it is
# given, so that a client reaches a stand-in by the names AWS's endpoints have.
class ConnectProxy
  Asked = Struct.new(:line, :headers)

  attr_reader :port, :asked

  # @param target [Integer] a port of this machine
  # @param status [Integer] other than 200 refuses
  def initialize(target:, status: 200)
    @target = target
    @status = status
    @asked = Queue.new
    @listener = TCPServer.new('127.0.0.1', 0)
    @port = @listener.addr[1]
    @threads = []
    @acceptor = Thread.new { loop { @threads << Thread.new(@listener.accept) { |client| serve(client) } } }
  end

  # @param user [String, nil] a name and a password, as in a URL
  def url(user: nil) = "http://#{"#{user}@" if user}127.0.0.1:#{port}"

  # @return [Array<String>] the request lines
  def lines = Array.new(asked.size) { asked.pop }.each { |one| asked << one }.map(&:line)

  # @return [Array<String>] the Proxy-Authorization headers
  def authorizations
    Array.new(asked.size) { asked.pop }.each { |one| asked << one }.map { |one| one.headers['proxy-authorization'] }
  end

  def stop
    [@acceptor, *@threads].each(&:kill).each(&:join)
    @listener.close
  end

  private

  def serve(client)
    line = client.gets.to_s.chomp
    headers = client.each_line("\r\n").take_while { |text| text != "\r\n" }
    asked << Asked.new(line, headers.to_h { |text| text.chomp.split(': ', 2) }.transform_keys(&:downcase))
    return client.write("HTTP/1.1 #{@status} No\r\nContent-Length: 0\r\n\r\n") unless @status == 200

    TCPSocket.open('127.0.0.1', @target) do |server|
      client.write("HTTP/1.1 200 OK\r\n\r\n")
      back = Thread.new { IO.copy_stream(server, client) && client.close_write }
      IO.copy_stream(client, server)
      server.close_write
      back.join
    end
  rescue IOError, SystemCallError
    nil
  ensure
    client.close
  end
end
