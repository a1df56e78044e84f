# frozen_string_literal: true

require 'rbconfig'
require 'socket'

# What gives a container its credentials, a new set with each answer, in a process of its own: its memory is not in
# what is measured. The specs' AwsStandIn keeps every request, which is too many here.
class ContainerAgent
  PATH = '/v2/credentials'
  TOKEN = 'the-agent-wants-it'
  BODY = '{"AccessKeyId":"AKIA%<count>016d","SecretAccessKey":"%<count>040d","Token":"%<count>0800d",' \
         '"Expiration":"2999-01-01T00:00:00Z","RoleArn":"arn:aws:iam::123456789012:role/task"}'

  def self.open
    agent = new
    yield agent
  ensure
    agent&.stop
  end

  # @return [Integer] which answer a set came with
  def self.count(access_key_id) = access_key_id[/\d+/].to_i

  def initialize
    @pipe = IO.popen([RbConfig.ruby, __FILE__], 'r+')
    @port = @pipe.gets.to_i
  end

  def environment
    { 'AWS_CONTAINER_CREDENTIALS_FULL_URI' => "http://127.0.0.1:#{@port}#{PATH}",
      'AWS_CONTAINER_AUTHORIZATION_TOKEN' => TOKEN }
  end

  def stop = @pipe.close

  # The other process.
  class Server
    def initialize
      @server = TCPServer.new('127.0.0.1', 0)
      @count = 0
    end

    def port = @server.addr[1]

    # One after another, as they are asked for.
    def serve
      loop do
        socket = @server.accept
        head = socket.gets("\r\n\r\n")
        status, body = answer(head)
        socket.write("HTTP/1.1 #{status}\r\nContent-Type: application/json\r\nContent-Length: #{body.bytesize}\r\n" \
                     "Connection: close\r\n\r\n#{body}")
        socket.close
      end
    end

    private

    def answer(head)
      expected = head.start_with?("GET #{PATH} HTTP/1.1\r\n") && head.match?(/^authorization: #{TOKEN}\r$/i)
      expected ? ['200 OK', format(BODY, count: @count += 1)] : ['400 Bad Request', '{}']
    end
  end
end

if $PROGRAM_NAME == __FILE__
  server = ContainerAgent::Server.new
  $stdout.puts(server.port)
  $stdout.flush
  Thread.new { server.serve }
  $stdin.read
end
