# frozen_string_literal: true

require 'aws-sdk-core'
require 'fresh_process'
require 'peers'
require 'report'
require 'rounds'

ROUNDS = 21
STEPS = {
  ours: ["require 'ruby_llm/bedrock_credentials'",
         "RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2').credentials.access_key_id"],
  aws: ["require 'aws-sdk-core'", 'Aws::CredentialProviderChain.new.resolve.credentials.access_key_id']
}.freeze

# A set that is far from its expiration, read over and over.
class WarmRead
  def initialize(provider)
    @provider = provider
    provider.credentials
  end

  def seconds(_body, times)
    provider = @provider
    started = Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID)
    while times.positive?
      provider.credentials
      times -= 1
    end
    Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) - started
  end
end

def first(environment)
  runs = Array.new(ROUNDS) do |round|
    STEPS.to_a.rotate(round).to_h { |name, steps| [name, FreshProcess.run(environment, steps)] }
  end
  # A value of each run as [ours, the SDK's], the medians.
  ->(&value) { STEPS.keys.map { |name| Rounds.median(runs.map { |run| value.call(run[name]) }) } }
end

def warm(environment)
  ENV.update(environment)
  Rounds.take({ ours: WarmRead.new(RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2')),
                aws: WarmRead.new(Aws::CredentialProviderChain.new.resolve) }, nil, rounds: 61)
end

def row(name, values, shown = Report.method(:duration))
  [name, *values.map(&shown), format('%.1f', values.last.fdiv(values.first))]
end

Peers.open do |peers|
  environment = peers.environment(:ecs_full_uri)
  median = first(environment)
  megabytes = ->(kilobytes) { format('%.1f MB', kilobytes / 1024.0) }

  Report.heading('Require and first credentials, beyond RubyLLM with its Bedrock provider')
  puts "#{ROUNDS} fresh processes each, in turn; from a container endpoint on this machine. Medians.\n\n"
  Report.table(['', 'this gem', "aws-sdk-core #{Aws::CORE_GEM_VERSION}", 'aws-sdk-core / this gem'],
               [row('require', median.call { |run| run['seconds'].first }),
                row('first credentials', median.call { |run| run['seconds'].last }),
                row('both', median.call { |run| run['seconds'].sum }),
                row('both, processor time', median.call { |run| run['processor'] }),
                *%w[Rss Pss].map { |name| row(name.upcase, median.call { |run| run['kilobytes'][name] }, megabytes) },
                row('Ruby objects', median.call { |run| run['objects'] }, :to_s.to_proc)])
  puts "What Ruby's heap had free after RubyLLM was loaded takes in some of the objects.\n\n"

  Report.heading('A warm read')
  reads = warm(environment)
  Report.table(['', 'this gem', 'aws-sdk-core', 'aws-sdk-core / this gem'],
               [row('#credentials', %i[ours aws].map { |name| reads.seconds(name) })])
  ours = reads.seconds(:ours)
  Report.target("#{Report.duration(ours)} for a warm read (at most 0.5 µs)", ours <= 5e-7)
end
