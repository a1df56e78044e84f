# frozen_string_literal: true

require 'ruby_llm/bedrock_credentials'

# Threads that do the same, each over and over, and how long each of their signatures took: what a request waits for
# its credentials, it waits there.
class Crowd
  THREADS = 64

  # Before what everything that is signed goes through.
  module Timed
    def sign_attributes(...)
      began = Time.now
      started = Crowd.now
      super
    ensure
      Thread.current[:signatures]&.push([began, Crowd.now - started])
    end
  end
  RubyLLM::BedrockCredentials.singleton_class.prepend(Timed)

  # Wall time, since it is the waiting that is looked for, without the garbage collector's, which stops all threads.
  def self.now
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - (GC.total_time / 1e9)
  end

  # @param from [Time] when they begin, together
  # @param to [Time]
  # @return [Array<(Time, Float)>] when each signature was begun, and its seconds
  def self.signatures(from:, to:)
    threads = Array.new(THREADS) do
      Thread.new do
        Thread.current[:signatures] = []
        sleep([from - Time.now, 0].max)
        yield while Time.now < to
        Thread.current[:signatures]
      end
    end
    threads.flat_map(&:value)
  end
end
