# frozen_string_literal: true

require 'zlib'
require_relative 'bag'

module Soak
  # What goes wrong: `at` and `seconds` of the run, to whom, what. `pick` chooses among what is there by then.
  Fault = Struct.new(:at, :target, :kind, :seconds, :pick, keyword_init: true)

  # The whole run from its seed, made before it begins: the same seed and length give the same script.
  class FaultScript
    GROUPS = %i[puma sidekiq async].freeze
    # Those of AwsStandIn::Faults; a service that is away refuses connections, and an outage is longer than the life
    # of a set.
    SOURCE_FAULTS = %i[deny throttle server_error html truncated missing expired repeat cut hang slow away
                       outage].freeze
    PROCESS_FAULTS = %i[kill_worker term_worker kill_sidekiq restart_puma kill_worker term_sidekiq].freeze
    # Seconds that Bedrock's clock is off; AWS accepts five minutes.
    OFFSETS = [3600, -3600, 600, -600].freeze
    SOURCES = {
      puma: %i[web_identity assume_role pod_identity],
      sidekiq: %i[ecs_full_uri process sso assume_role_chain web_identity_profile],
      async: %i[imds]
    }.freeze
    # Seconds without a new fault at the end, for what is under way.
    CALM = 8

    attr_reader :faults, :seconds

    # @param seconds [Numeric] the length of the run
    def initialize(seed:, seconds:)
      @seed = seed
      @seconds = seconds
      @last = seconds - CALM
      faults = sources + skews + processes + GROUPS.flat_map { |group| ends_of_sets(group) + rotations(group) }
      @faults = faults.sort_by { |fault| [fault.at, fault.target, fault.kind] }.freeze
    end

    # @return [Bag] where each start of the group's process has its credentials from
    def sources_of(group)
      Bag.new(SOURCES.fetch(group), random("sources #{group}"))
    end

    private

    # One bag for all groups, so that a short run sees every kind.
    def sources
      random = random('faults')
      kinds = Bag.new(SOURCE_FAULTS, random)
      free = GROUPS.to_h { |group| [group, random.rand(0.0..4.0)] }
      faults = []
      until free.values.min > @last
        group = free.key(free.values.min)
        fault = source_fault(group, kinds.next, free[group], random)
        faults << fault
        free[group] = fault.at + fault.seconds + random.rand(3.0..10.0)
      end
      faults
    end

    def source_fault(group, kind, at, random)
      seconds = random.rand(kind == :outage ? 21.0..26.0 : 1.0..6.0)
      Fault.new(at:, target: group, kind:, pick: random.rand, seconds: [seconds, @last + (CALM / 2) - at].min)
    end

    def skews
      random = random('skew')
      moments(random, 3.0..10.0, 3.0..8.0).map do |at, seconds|
        Fault.new(at:, target: :bedrock, kind: :skew, seconds:, pick: OFFSETS.sample(random:))
      end
    end

    # The sets in use end early.
    def ends_of_sets(group)
      random = random("ends #{group}")
      moments(random, 12.0..36.0).map do |at,|
        Fault.new(at:, target: group, kind: %i[revoke expire].sample(random:), seconds: 0)
      end
    end

    # The tokens that a source is asked with.
    def rotations(group)
      moments(random("rotations #{group}"), 10.0..20.0).map do |at,|
        Fault.new(at:, target: group, kind: :rotate, seconds: 0)
      end
    end

    def processes
      random = random('processes')
      kinds = Bag.new(PROCESS_FAULTS, random)
      moments(random, 4.0..8.0).map do |at,|
        Fault.new(at:, target: :processes, kind: kinds.next, seconds: 0, pick: random.rand)
      end
    end

    def moments(random, gaps, lengths = 0.0..0.0)
      at = random.rand(gaps)
      moments = []
      while at < @last
        seconds = random.rand(lengths)
        moments << [at, seconds]
        at += seconds + random.rand(gaps)
      end
      moments
    end

    # One for each matter, so that a change to one leaves the others as they are.
    def random(matter) = Random.new(Zlib.crc32("#{@seed} #{matter}"))
  end
end
