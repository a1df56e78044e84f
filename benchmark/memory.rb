# frozen_string_literal: true

# A million signatures and 100,000 refreshes in one process, whose memory has to stay flat.
#
# What is measured is the resident memory that is the process's own (Private_Dirty and Private_Clean
# of smaps_rollup), at most as large as its RSS, after a full garbage collection: garbage is Ruby's
# to keep as long as it likes. malloc is as everyone has it: no MALLOC_ARENA_MAX, no malloc_trim.
# A first tenth warms up: heaps and arenas find their size in it. SCALE=0.01 for a shorter try.

require 'ruby_llm/bedrock_credentials'

$stdout.sync = true
SCALE = Float(ENV.fetch('SCALE', 1))
PARTS = 10
MOST_GROWTH = 1024 # KiB

ENV['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE'
ENV['AWS_SECRET_ACCESS_KEY'] = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
ENV['AWS_SESSION_TOKEN'] = 'a' * 800

CHAIN = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2')
REQUEST = RubyLLM::BedrockCredentials::Request.new(
  http_method: 'POST', url: 'https://bedrock-runtime.us-west-2.amazonaws.com/model/anthropic.claude-v2%3A1/converse',
  headers: { 'content-type' => 'application/json' }, body: '{"messages":[]}' * 100,
  region: 'us-west-2', service: 'bedrock'
)

WORKS = {
  'signatures' => [1_000_000, -> { RubyLLM::BedrockCredentials.sign(REQUEST, CHAIN) }],
  'refreshes' => [100_000, -> { CHAIN.refresh! }]
}.freeze

def memory
  GC.start
  rollup = File.read('/proc/self/smaps_rollup')
  %w[Private_Clean Private_Dirty].sum { |name| rollup[/^#{name}:\s+(\d+)/, 1].to_i }
end

def measure(name, times, work)
  part = [(times * SCALE / PARTS).to_i, 1].max
  series = Array.new(PARTS) do
    part.times(&work)
    memory
  end
  puts "#{part * PARTS} #{name}, KiB after each tenth: #{series.join(' ')}"
  series.last - series.first
end

puts "Ruby #{RUBY_VERSION}, at the start: #{memory} KiB"
grown = WORKS.to_h { |name, (times, work)| [name, measure(name, times, ->(_) { work.call })] }
grown.each { |name, kibibytes| puts "#{name}: #{format('%+d', kibibytes)} KiB after the first tenth" }
abort "memory grew by more than #{MOST_GROWTH} KiB" if grown.values.max > MOST_GROWTH
