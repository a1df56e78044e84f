# frozen_string_literal: true

# A thread that wants to run every millisecond, and how long it was kept from it.
module Ticker
  EVERY = 0.001

  # @return [Float] seconds beyond its due, the most in a second
  def self.longest_pause(beside:)
    stop = false
    other = Thread.new { beside.call until stop }
    longest = 0
    ends = now + 1
    while (started = now) < ends
      sleep EVERY
      longest = [longest, now - started - EVERY].max
    end
    longest
  ensure
    stop = true
    other.join
  end

  def self.now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
  private_class_method :now
end
