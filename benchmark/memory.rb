# frozen_string_literal: true

# A million signatures and 200,000 refreshes in one process, whose memory has to stay flat: half of them of keys in the
# environment, half over HTTP from a container's agent, with all that a load has.
#
# What is measured is the resident memory that is the process's own (Private_Dirty and Private_Clean
# of smaps_rollup), at most as large as its RSS, after a full garbage collection: garbage is Ruby's
# to keep as long as it likes. malloc is as everyone has it: no MALLOC_ARENA_MAX, no malloc_trim.
# A first tenth warms up: heaps and arenas find their size in it. SCALE=0.01 for a shorter try.

require 'container_agent'
require 'ruby_llm/bedrock_credentials'

$stdout.sync = true
SCALE = Float(ENV.fetch('SCALE', 1))
PARTS = 10
MOST_GROWTH = 1024 # KiB

KEYS = { 'AWS_ACCESS_KEY_ID' => 'AKIDEXAMPLE', 'AWS_SECRET_ACCESS_KEY' => 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
         'AWS_SESSION_TOKEN' => 'a' * 800 }.freeze
CHAIN = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2')
REQUEST = RubyLLM::BedrockCredentials::Request.new(
  http_method: 'POST', url: 'https://bedrock-runtime.us-west-2.amazonaws.com/model/anthropic.claude-v2%3A1/converse',
  headers: { 'content-type' => 'application/json' }, body: '{"messages":[]}' * 100,
  region: 'us-west-2', service: 'bedrock'
)

SIGN = ->(_) { RubyLLM::BedrockCredentials.sign(REQUEST, CHAIN) }
REFRESH = ->(_) { CHAIN.refresh! }

def memory
  GC.start
  rollup = File.read('/proc/self/smaps_rollup')
  %w[Private_Clean Private_Dirty].sum { |name| rollup[/^#{name}:\s+(\d+)/, 1].to_i }
end

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

def measure(name, times, work)
  part = [(times * SCALE / PARTS).to_i, 1].max
  start = now
  series = Array.new(PARTS) do
    part.times(&work)
    memory
  end
  puts "#{part * PARTS} #{name} in #{(now - start).round} s, KiB after each tenth: #{series.join(' ')}"
  puts "#{name}: #{format('%+d', series.last - series.first)} KiB after the first tenth"
  series.last - series.first
end

# From no one else, and no fewer.
def over_http(agent)
  KEYS.each_key { |name| ENV.delete(name) }
  ENV.update(agent.environment)
  grown = measure('refreshes over HTTP', 100_000, REFRESH)
  answers = ContainerAgent.count(CHAIN.credentials.access_key_id)
  abort "the agent gave #{answers} sets" if answers < 100_000 * SCALE
  grown
end

puts "Ruby #{RUBY_VERSION}, at the start: #{memory} KiB"
ENV.update(KEYS)
grown = [measure('signatures', 1_000_000, SIGN), measure('refreshes of keys', 100_000, REFRESH)]
ContainerAgent.open { |agent| grown << over_http(agent) }
abort "memory grew by more than #{MOST_GROWTH} KiB" if grown.max > MOST_GROWTH
