# frozen_string_literal: true

require 'rbconfig'

# The specs' stand-ins for AWS and for Bedrock, in a process of their own: their work is not in what is measured.
# One at a time may ask; a fork may in its parent's place.
class Peers
  SERVER = File.join(__dir__, 'peers', 'server.rb')

  def self.open
    peers = new
    yield peers
  ensure
    peers&.stop
  end

  def initialize
    @pipe = IO.popen([RbConfig.ruby, SERVER], 'r+b')
  end

  # @param source [Symbol] see AwsStandIn::Environments::SOURCES
  # @return [Hash] as for Process.spawn
  def environment(source)
    ask(:peers, :environment, source)
  end

  # @param seconds [Numeric] that a set issued from now on lives
  def lifetime=(seconds)
    ask(:aws, :lifetime=, seconds)
  end

  # @param operation [Symbol] of AwsStandIn
  # @param seconds [Numeric] that each of its answers takes from now on
  def slow(operation, seconds)
    ask(:aws, :fault, operation, :slow, seconds: seconds)
  end

  def heal
    ask(:aws, :heal)
  end

  # @return [Integer] how often the operation was called
  def calls(operation)
    ask(:aws, :calls, operation)
  end

  # @return [Hash] why Bedrock refused requests, and how many
  def rejections
    ask(:bedrock, :rejections)
  end

  def stop
    @pipe.close
  end

  private

  def ask(*question, **options)
    Marshal.dump([*question, options], @pipe)
    @pipe.flush
    Marshal.load(@pipe) # rubocop:disable Security/MarshalLoad -- a child of this process
  end
end
