# frozen_string_literal: true

require 'socket'
require 'tmpdir'
require_relative 'process_group'

# The real one, on loopback, with nothing kept on disk.
class RedisServer
  attr_reader :url

  def self.installed? = ENV['PATH'].split(':').any? { |folder| File.executable?(File.join(folder, 'redis-server')) }

  def initialize
    @folder = Dir.mktmpdir('redis')
    port = TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] }
    @url = "redis://127.0.0.1:#{port}/0"
    options = ['--bind', '127.0.0.1', '--port', port.to_s, '--save', '', '--appendonly', 'no']
    @group = ProcessGroup.new([{}, 'redis-server', *options], folder: @folder, name: 'redis')
    Child.wait_until { @group.log.include?('Ready to accept connections') }
  end

  def stop
    @group.stop
    FileUtils.remove_entry(@folder)
  end
end
