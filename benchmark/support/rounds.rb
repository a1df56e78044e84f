# frozen_string_literal: true

# Times contenders in turn, round after round: what else the machine does meets them all alike. In
# CPU time of their threads: none of them waits, and what the scheduler gives to others is not theirs.
class Rounds
  # Long enough for the clock, short enough that a round of all is over before the machine changes.
  SECONDS = 0.01

  class << self
    def median(values)
      values.sort[values.size / 2]
    end

    # @param contenders [Hash{Symbol => #sign, #seconds}]
    # @return [Rounds]
    def take(contenders, body, rounds:)
      timers = contenders.transform_values { |contender| timer(contender, body) }
      times = timers.transform_values { |timer| times_for(timer) }
      new(Array.new(rounds) { |number| round(timers, times, number) })
    end

    private

    def round(timers, times, number)
      GC.start
      timers.to_a.rotate(number).to_h { |name, timer| [name, timer.call(times[name]) / times[name]] }
    end

    def timer(contender, body)
      return ->(times) { contender.seconds(body, times) } if contender.respond_to?(:seconds)

      lambda do |times|
        started = Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID)
        times.times { contender.sign(body) }
        Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) - started
      end
    end

    def times_for(timer)
      times = 1
      times *= 2 while timer.call(times) < SECONDS / 2
      times
    end
  end

  # @return [Array<Hash{Symbol => Float}>] seconds that a signature took
  attr_reader :rounds

  # @param rounds [Array<Hash{Symbol => Float}>] of one process, or of several
  def initialize(rounds)
    @rounds = rounds
  end

  # @return [Float] seconds a signature, the median
  def seconds(name)
    self.class.median(rounds.map { |round| round[name] })
  end

  # @return [Float] the median of the rounds' own ratios
  def ratio(name, other)
    self.class.median(rounds.map { |round| round[name] / round[other] })
  end
end
