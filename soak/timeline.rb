# frozen_string_literal: true

module Soak
  # What was done to whom, and when: the evidence by which a failure is excused. Times are seconds since the epoch,
  # so that all processes mean the same by them. Thread-safe.
  class Timeline
    Outage = Struct.new(:group, :kind, :from, :to)

    # Kinds that delay an answer and never spoil it.
    HARMLESS = %i[slow].freeze

    def initialize
      @mutex = Mutex.new
      @outages = []
      @ends = {}
      @ends_of_sets = {}
      @clock = [[0, 0]]
    end

    # A group's source is in trouble until the block returns.
    def outage(group, kind)
      outage = Outage.new(group, kind, Time.now.to_f, nil)
      @mutex.synchronize { @outages << outage }
      yield
    ensure
      outage.to = Time.now.to_f
    end

    # Told before it is done, so that nothing can come of it earlier.
    def ends(pid, at = Time.now.to_f) = @mutex.synchronize { @ends[pid] ||= at }

    def set_ends(access_key_id, at = Time.now.to_f) = @mutex.synchronize { @ends_of_sets[access_key_id] ||= at }

    def clock_is_off(offset, at = Time.now.to_f) = @mutex.synchronize { @clock << [at, offset] }

    def outage?(group, from, to)
      @mutex.synchronize { @outages.dup }.any? do |outage|
        outage.group == group && !HARMLESS.include?(outage.kind) && outage.from <= to && (outage.to || to) >= from
      end
    end

    # @return [Float, nil] when the script ended this process
    def end_of(pid) = @mutex.synchronize { @ends[pid] }

    # @return [Float, nil] when the script ended this set
    def end_of_set(access_key_id) = @mutex.synchronize { @ends_of_sets[access_key_id] }

    # @return [Array<Numeric>] every one that Bedrock's clock has had
    def offsets = @mutex.synchronize { @clock.map(&:last) }.uniq

    def clock_set?(from, to) = @mutex.synchronize { @clock.any? { |at,| at.between?(from, to) } }

    def ended_between?(from, to) = @mutex.synchronize { @ends.values }.any? { |at| at.between?(from, to) }
  end
end
