# frozen_string_literal: true

require 'fresh_process'
require 'peers'
require 'report'
require 'rounds'

ROUNDS = 3
TENANTS = 10_000
LOADED = 200

# Each in a fresh process, after the gem was loaded and its default chain has its set. What a tenant holds is kept.
SETUP = <<~RUBY
  require 'ruby_llm/bedrock_credentials'
  RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2').credentials
  def tenant_role(n)
    RubyLLM::BedrockCredentials::AssumeRole.new(role_arn: "arn:aws:iam::123456789012:role/tenant-\#{n}", region: 'us-west-2',
                                                role_session_name: "session-\#{n}", external_id: "external-\#{n}")
  end
  tenant_role(0).credentials
RUBY
STEPS = {
  'a role, not asked yet' => [TENANTS, 'tenant_role(n)'],
  'a context of RubyLLM' => [TENANTS, 'RubyLLM.context { |config| config.bedrock_region = "us-west-2" }'],
  'a context with its role' => [TENANTS, 'RubyLLM.context { |c| c.bedrock_credentials_provider = tenant_role(n) }'],
  'a role with its set' => [LOADED, 'tenant_role(n).tap(&:credentials)'],
  'a role whose set only signs' => [LOADED, <<~RUBY.tr("\n", ' ')]
    tenant_role(n).tap do |role|
      request = RubyLLM::BedrockCredentials::Request.new(http_method: 'GET', url: 'https://bedrock.us-west-2.amazonaws.com/',
                                                         region: 'us-west-2');
      RubyLLM::BedrockCredentials.sign(request, role)
    end
  RUBY
}.freeze

# Runs a step for each tenant; says what it took for one.
MEASURE = <<~'RUBY'
  GC.start
  kilobytes = -> { GC.start; GC.compact; File.read('/proc/self/smaps_rollup')[/^Pss: +(\d+) kB/, 1].to_i }
  counts = -> { { 'threads' => Dir.children('/proc/self/task').size, 'files' => Dir.children('/proc/self/fd').size } }
  now = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) }
  before = [kilobytes.call, counts.call]
  used = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  started = now.call
  kept = Array.new(COUNT) { |n| STEP }
  seconds = now.call - started
  used = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - used
  # The last load's thread ends after its answer.
  deadline = now.call + 5
  sleep(0.01) while counts.call['threads'] > before[1]['threads'] && now.call < deadline
  after = [kilobytes.call, counts.call]
  left = after[1].merge(before[1]) { |_, ours, theirs| ours - theirs }
  kept.clear
  puts JSON.generate('seconds' => seconds / COUNT, 'processor' => used / COUNT,
                     'bytes' => (after[0] - before[0]) * 1024.0 / COUNT, **left)
RUBY

def run(environment, count, step)
  script = "require 'json'\n#{SETUP}#{MEASURE.gsub('COUNT', count.to_s).sub('STEP', step)}"
  load_path = $LOAD_PATH.first(2).map { |path| "-I#{path}" }
  output, status = Open3.capture2(environment, RbConfig.ruby, *load_path, '-e', script)
  abort output unless status.success?
  JSON.parse(output)
end

Peers.open do |peers|
  environment = peers.environment(:ecs_full_uri)
  runs = Array.new(ROUNDS) { STEPS.transform_values { |count, step| run(environment, count, step) } }
  median = ->(name, field) { Rounds.median(runs.map { |round| round[name][field] }) }

  Report.heading('What a tenant costs')
  puts "#{TENANTS} at once, or #{LOADED} where STS is asked. #{ROUNDS} fresh processes each. Medians.\n\n"
  Report.table(['', 'memory', 'time', 'processor time', 'threads left', 'open files left'],
               STEPS.keys.map do |name|
                 [name, format('%.2f KB', median.call(name, 'bytes') / 1024),
                  *%w[seconds processor].map { |field| Report.duration(median.call(name, field)) },
                  *%w[threads files].map { |field| median.call(name, field).to_i }]
               end)
end
