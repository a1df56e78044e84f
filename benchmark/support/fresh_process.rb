# frozen_string_literal: true

require 'json'
require 'open3'
require 'rbconfig'

# Runs steps in a fresh Ruby that has loaded RubyLLM with its Bedrock provider and nothing else.
module FreshProcess
  PROGRAM = <<~'RUBY'
    require 'ruby_llm'
    require 'json'
    RubyLLM::Providers::Bedrock

    memory = lambda do
      GC.start
      File.read('/proc/self/smaps_rollup').scan(/^(Rss|Pss): +(\d+) kB/).to_h { |name, kb| [name, kb.to_i] }
    end
    now = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) }
    processor = -> { Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) }

    objects = -> { GC.stat(:heap_live_slots) }

    memory.call
    before = memory.call
    live = objects.call
    kept = []
    used = processor.call
    seconds = ARGV.map do |step|
      started = now.call
      kept << eval(step)
      now.call - started
    end
    used = processor.call - used
    added = memory.call.to_h { |name, kb| [name, kb - before[name]] }
    live = objects.call - live
    puts JSON.generate(seconds: seconds, processor: used, kilobytes: added, objects: live)
  RUBY

  # @param environment [Hash] as for Process.spawn
  # @param steps [Array<String>] Ruby code, the value of each kept until the end
  # @return [Hash] 'seconds' of each step; of all together the seconds of 'processor' time, and the 'kilobytes' of 'Rss'
  #   and 'Pss' and the Ruby 'objects' that were added
  def self.run(environment, steps)
    load_path = $LOAD_PATH.first(2).map { |path| "-I#{path}" }
    output, status = Open3.capture2(environment, RbConfig.ruby, *load_path, '-e', PROGRAM, *steps)
    abort output unless status.success?
    JSON.parse(output)
  end
end
