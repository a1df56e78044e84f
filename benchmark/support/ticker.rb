# frozen_string_literal: true

# A thread that wants to run every millisecond, and how long it was kept from it.
module Ticker
  EVERY = 0.001

  # @param beside [#call] what another thread does over and over, for a second; what it returns is not nil
  # @return [Array<Float>] for each time that it did, the longest pause: seconds beyond the tick's due
  def self.longest_pauses(beside:)
    stop = false
    times = 0
    other = Thread.new { times += 1 while !stop && beside.call }
    longest = Hash.new(0.0)
    ends = now + 1
    while (started = now) < ends
      first = times
      sleep EVERY
      pause = now - started - EVERY
      (first..times).each { |time| longest[time] = [longest[time], pause].max }
    end
    longest.values
  ensure
    stop = true
    other.join
  end

  def self.now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
  private_class_method :now
end
