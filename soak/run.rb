# frozen_string_literal: true

# Run it with bin/soak.

require 'fileutils'
require 'tmpdir'
%w[asking cloud fault_script judge ledger load memory processes report saboteur signatures silences
   timeline].each { |part| require_relative part }

module Soak
  # The stand-ins, the processes, the load and the script, for so many minutes; then the verdict.
  class Run
    # Seconds until every process has had answers, and for what is under way at the end.
    WARM_UP = 150
    PATIENCE = 60
    ANSWERS = 3

    def initialize(minutes:, seed:)
      @script = FaultScript.new(seed:, seconds: minutes * 60)
      @directory = Dir.mktmpdir('soak')
      @timeline = Timeline.new
      @cloud = Cloud.new(FaultScript::GROUPS, reply: Asking::REPLY)
      @processes = Processes.new(directory: @directory, script: @script, timeline: @timeline,
                                 environments: @cloud.method(:environment))
      @saboteur = Saboteur.new(cloud: @cloud, processes: @processes, timeline: @timeline)
      @ledger = Ledger.new(@processes.ledger)
      @memory = Memory.new(@processes.method(:watched))
      @dead = []
    end

    # @return [Report]
    def call
      @processes.start
      @load = Load.new(port: @processes.port, redis_port: @processes.redis_port).tap(&:start)
      warm_up
      @memory.start
      @warm = Time.now.to_f..play
      drain
      @memory.stop
      Report.new(findings)
    ensure
      @processes.stop
      @cloud.stop
    end

    private

    # @return [Float] when it was over
    def play
      @saboteur.play(@script)
      Time.now.to_f
    end

    def warm_up
      cold = nil
      @processes.wait_for(patience: WARM_UP) do
        cold = @cloud.bedrocks.select { |_, bedrock| bedrock.accepted < ANSWERS }.keys
        cold.empty?
      end
    rescue Processes::InVain
      abort "FAILED: #{cold.join(' and ')} had fewer than #{ANSWERS} answers in #{WARM_UP} s.\n#{@processes.last_words}"
    end

    # What was begun comes to its end; what does not, hangs.
    def drain
      @load.stop
      @dead = @processes.dead
      @processes.finish(:async) unless @dead.include?(:async)
      @processes.wait_for(patience: PATIENCE) { under_way.empty? }
    rescue Processes::InVain
      nil
    end

    def under_way
      @ledger.read.first.reject { |request| request.ended? || @timeline.end_of(request.pid) }
    end

    def findings
      requests, events = @ledger.read
      judge = Judge.new(timeline: @timeline, requests:, attempts: @cloud.attempts,
                        expirations: @cloud.method(:expiration))
      judged = requests.to_h { |request| [request, judge.verdict(request)] }
      Findings.new(judged:, signatures: @cloud.signatures(@timeline, events), events:, calls: @cloud.calls,
                   memory: @memory.rows, unanswered: unanswered(judge, requests), faults: @saboteur.done,
                   silences: silences(judged),
                   broken: @dead.map { |name| "#{name} ended by itself" } + @processes.crashes)
    end

    # Those that were begun and never ended are judged as such.
    def unanswered(judge, requests)
      unended = requests.reject(&:ended?).map(&:id)
      list = Array.new(@load.unanswered.size) { @load.unanswered.pop }.reject { |each| unended.include?(each.id) }
      list.to_h { |each| [each, judge.unanswered(each)] }
    end

    def silences(judged)
      answered = judged.select { |_, verdict| verdict == :ok }.keys
      silences = Silences.new(timeline: @timeline, requests: judged.keys, answered:, span: @warm)
      FaultScript::GROUPS.to_h { |group| [group, silences.longest(group)] }
    end
  end
end

$stdout.sync = true
minutes = Float(ARGV.fetch(0, 1))
seed = Integer(ENV.fetch('SEED') { Random.new_seed % 100_000 })
puts "#{minutes} min with seed #{seed}: RubyLLM #{RubyLLM::VERSION}, credentials that live #{Soak::Cloud::LIFETIME} s"
report = Soak::Run.new(minutes:, seed:).call
puts report
abort "FAILED; the same script again: SEED=#{seed} bin/soak #{ARGV.first}" if report.ours.any?
puts "passed (seed #{seed})"
