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
      @restarts = []
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
    def ends(pid, group, at = Time.now.to_f) = @mutex.synchronize { @ends[pid] ||= [group, at] }

    # None of the group's processes is left.
    def restarts(group, at = Time.now.to_f) = @mutex.synchronize { @restarts << [group, at] }

    def set_ends(access_key_id, at = Time.now.to_f) = @mutex.synchronize { @ends_of_sets[access_key_id] ||= at }

    def clock_is_off(offset, at = Time.now.to_f) = @mutex.synchronize { @clock << [at, offset] }

    def outage?(group, from, to)
      outages_of(group).any? { |outage| outage.from <= to && (outage.to || to) >= from }
    end

    # @return [Array<Outage>] those that can spoil an answer
    def outages_of(group)
      @mutex.synchronize { @outages.dup }.select { |each| each.group == group && !HARMLESS.include?(each.kind) }
    end

    # @return [Array<Float>] when
    def restarts_of(group) = @mutex.synchronize { @restarts.dup }.filter_map { |whose, at| at if whose == group }

    # @return [Float, nil] when the script ended this process
    def end_of(pid) = @mutex.synchronize { @ends[pid]&.last }

    # @return [Array<Float>] when it ended a process of the group
    def ends_of(group) = @mutex.synchronize { @ends.values }.filter_map { |whose, at| at if whose == group }

    # @return [Float, nil] when the script ended this set
    def end_of_set(access_key_id) = @mutex.synchronize { @ends_of_sets[access_key_id] }

    # @return [Array<Numeric>] every one that Bedrock's clock has had
    def offsets = @mutex.synchronize { @clock.map(&:last) }.uniq

    def clock_set?(from, to) = @mutex.synchronize { @clock.any? { |at,| at.between?(from, to) } }
  end
end
