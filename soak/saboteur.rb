# frozen_string_literal: true

module Soak
  # Does what the script says, at its time, and notes it in the timeline.
  class Saboteur
    # A file is read and a request made with the old token while there is a new one: real services accept both.
    ROTATION = 0.5
    # Seconds that a slow source takes. It is to spoil nothing, and instance metadata is given 1.
    SLOW = (0.1..0.6)

    attr_reader :done

    def initialize(cloud:, processes:, timeline:)
      @cloud = cloud
      @processes = processes
      @timeline = timeline
      @done = Hash.new(0)
    end

    # Returns when the time of the script is over; all is healed by then.
    def play(script)
      start = now
      # Those that last, and processes, one after another.
      lanes = script.faults.group_by { |fault| [fault.target, fault.seconds.positive?] }.values
      lanes.map { |faults| Thread.new { play_lane(faults, start) } }.each(&:join)
      wait_until(start + script.seconds)
    end

    private

    def play_lane(faults, start)
      Thread.current.abort_on_exception = true
      faults.each do |fault|
        wait_until(start + fault.at)
        commit(fault)
      end
    end

    def wait_until(moment) = sleep([moment - now, 0].max)

    def commit(fault)
      case fault.target
      when :bedrock then skew(fault)
      when :processes then @processes.public_send(fault.kind, fault.pick)
      else fault.seconds.zero? ? trouble(fault) : outage(fault)
      end
      @done[fault.kind] += 1
    end

    def skew(fault)
      turn_clock(fault.pick)
      sleep(fault.seconds)
      turn_clock(0)
    end

    def turn_clock(offset)
      @timeline.clock_is_off(offset)
      @cloud.clock.offset = offset
    end

    def outage(fault)
      source = @cloud.sources.fetch(fault.target)
      @timeline.outage(fault.target, fault.kind) do
        case fault.kind
        when :away, :outage then source.away { sleep(fault.seconds) }
        when :slow then misbehave(source, fault, seconds: SLOW.begin + (fault.pick * (SLOW.end - SLOW.begin)))
        else misbehave(source, fault)
        end
      end
    end

    def misbehave(source, fault, **options)
      source.fault(:all, fault.kind, **options)
      sleep(fault.seconds)
      source.heal(:all)
      # What hung would hang on.
      source.away { nil } if fault.kind == :hang
    end

    def trouble(fault)
      fault.kind == :rotate ? rotate(fault.target, @cloud.sources.fetch(fault.target)) : end_sets(fault)
    end

    def rotate(group, source)
      @timeline.outage(group, :rotate) do
        source.sts.web_identity.rotate
        source.imds.forget_tokens
        # A token in the environment stays what it is.
        source.container.authorization.rotate if @processes.source[group] == :pod_identity
        sleep(ROTATION)
      end
    end

    def end_sets(fault)
      @cloud.in_use(fault.target).each do |id|
        @timeline.set_ends(id)
        @cloud.account.end_early(id, fault.kind)
      end
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
