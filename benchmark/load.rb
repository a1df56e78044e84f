# frozen_string_literal: true

require 'json'
require 'open3'
require 'report'
require 'rounds'

ROUNDS = 31
MEASURED = <<~'RUBY'
  require 'ruby_llm'
  require 'json'
  RubyLLM::Providers::Bedrock

  memory = lambda do
    GC.start
    File.read('/proc/self/smaps_rollup').scan(/^(Rss|Pss): +(\d+) kB/).to_h { |name, kb| [name, kb.to_i] }
  end
  now = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) }

  memory.call
  before = memory.call
  started = now.call
  require 'ruby_llm/bedrock_credentials' if ARGV.first == 'with'
  seconds = now.call - started
  after = memory.call
  puts JSON.generate(seconds: seconds, process: after, added: after.to_h { |name, kb| [name, kb - before[name]] })
RUBY

def run(variant)
  load_path = $LOAD_PATH.first(2).map { |path| "-I#{path}" }
  output, status = Open3.capture2(RbConfig.ruby, *load_path, '-e', MEASURED, variant)
  abort output unless status.success?
  JSON.parse(output)
end

runs = Array.new(ROUNDS) { %w[with without].to_h { |variant| [variant, run(variant)] } }
median = ->(&value) { Rounds.median(runs.map(&value)) }
megabytes = ->(kilobytes) { format('%.1f MB', kilobytes / 1024.0) }

time = median.call { |run| run['with']['seconds'] - run['without']['seconds'] }
rows = %w[Rss Pss].to_h do |name|
  [name, [median.call { |run| run['with']['added'][name] - run['without']['added'][name] },
          median.call { |run| run['with']['process'][name] - run['without']['process'][name] },
          median.call { |run| run['without']['process'][name] }]]
end

Report.heading('What requiring the gem adds to RubyLLM')
Report.table(['', 'added by the require', 'difference of two processes', 'RubyLLM with its Bedrock provider'],
             [['time', Report.duration(time), '', ''],
              *rows.map { |name, values| [name.upcase, *values.map(&megabytes)] }])
Report.target("#{Report.duration(time)} (at most 15 ms)", time <= 0.015)
pss = rows['Pss'].first
Report.target("#{megabytes.call(pss)} of PSS (at most 6 MB)", pss <= 6 * 1024)
