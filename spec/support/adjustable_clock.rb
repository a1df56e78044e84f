# frozen_string_literal: true

# A clock that specs set by hand. Anything that responds to #now can stand in its place, Time itself included.
class AdjustableClock
  def initialize(time = Time.now)
    @time = time
    @mutex = Mutex.new
  end

  def now
    @mutex.synchronize { @time }
  end

  # @param seconds [Numeric] may be negative: clocks are also set back
  def advance(seconds)
    @mutex.synchronize { @time += seconds }
  end
end
