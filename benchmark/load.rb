# frozen_string_literal: true

require 'fresh_process'
require 'report'
require 'rounds'

ROUNDS = 31
# Beside the same measurement around nothing, which a garbage collection and the measuring itself add to.
STEPS = { with: ["require 'ruby_llm/bedrock_credentials'"], without: ['nil'] }.freeze

runs = Array.new(ROUNDS) { STEPS.transform_values { |steps| FreshProcess.run({}, steps) } }
added = lambda do |&value|
  Rounds.median(runs.map { |run| value.call(run[:with]) - value.call(run[:without]) })
end
megabytes = ->(kilobytes) { format('%.1f MB', kilobytes / 1024.0) }

time = added.call { |run| run['seconds'].sum }
rss, pss = %w[Rss Pss].map { |name| added.call { |run| run['kilobytes'][name] } }

Report.heading('What requiring the gem adds to RubyLLM')
Report.table(['', 'added'],
             [['time', Report.duration(time)], ['RSS', megabytes.call(rss)], ['PSS', megabytes.call(pss)]])
Report.target("#{Report.duration(time)} (at most 15 ms)", time <= 0.015)
Report.target("#{megabytes.call(pss)} of PSS (at most 6 MB)", pss <= 6 * 1024)
