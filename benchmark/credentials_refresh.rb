# frozen_string_literal: true

require 'aws-sdk-core'
require 'contenders'
require 'crowd'
require 'json'
require 'peers'
require 'report'
require 'rounds'

# Seconds that the source takes for an answer.
LOAD = 0.2
# A signature of so many seconds has waited: it takes a hundredth of that.
WAITED = 0.02
REGION = 'us-west-2'
MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0'

# The window that is measured opens `opens` seconds before the expiration of the first set, which lives `lifetime`
# seconds, few enough to wait for it. `idle`: nothing was asked for in an earlier window.
Case = Struct.new(:name, :provider, :source, :operation, :lifetime, :opens, :idle, keyword_init: true)

CONTAINER = { source: :ecs_full_uri, operation: :container_credentials }.freeze
WEB_IDENTITY = { source: :web_identity, operation: :sts_assume_role_with_web_identity }.freeze
CASES = [
  # Windows clamped to the lifetime, see ext/core/src/windows.rs.
  Case.new(name: 'this gem, container, advisory window', **CONTAINER, provider: :ours, lifetime: 12, opens: 3),
  Case.new(name: 'this gem, web identity, advisory window', **WEB_IDENTITY, provider: :ours, lifetime: 12, opens: 3),
  Case.new(name: 'this gem, container, mandatory window, idle before',
           **CONTAINER, provider: :ours, lifetime: 12, opens: 0.8, idle: true),
  # Windows of Aws::RefreshingCredentials, in whole seconds. Its container source has only the one that waits.
  Case.new(name: 'aws-sdk-core, container', **CONTAINER, provider: :aws, lifetime: 303, opens: 299),
  Case.new(name: 'aws-sdk-core, web identity, asynchronous window',
           **WEB_IDENTITY, provider: :aws, lifetime: 603, opens: 599)
].freeze

PROVIDERS = {
  ours: -> { RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: REGION) },
  aws: -> { Aws::CredentialProviderChain.new.resolve }
}.freeze

WORKS = {
  'signing' => lambda do |provider|
    request = RubyLLM::BedrockCredentials::Request.new(http_method: 'POST', url: Contenders::URL, body: 'a' * 200,
                                                       headers: Contenders::HEADERS, region: REGION, service: 'bedrock')
    lambda do
      RubyLLM::BedrockCredentials.sign(request, provider)
      sleep(LOAD / 10)
    end
  end,
  'chatting' => lambda do |provider|
    context = RubyLLM.context do |config|
      config.bedrock_region = REGION
      config.bedrock_api_base = ENV.fetch('SPEC_BEDROCK')
      config.bedrock_credentials_provider = provider
      config.max_retries = 0
    end
    -> { context.chat(model: MODEL, provider: :bedrock, assume_model_exists: true).ask('Hi') }
  end
}.freeze

# Each with caches of its own.
def in_fork
  reader, writer = IO.pipe
  pid = fork do
    writer.write(JSON.generate(yield))
    writer.close
    exit!
  end
  writer.close
  JSON.parse(reader.read, symbolize_names: true)
ensure
  Process.wait(pid)
end

# What a longest wait shows is else the machine's other processes. Root's privilege: without it, as it is.
def come_first
  Process.setpriority(Process::PRIO_PROCESS, 0, -20)
rescue Errno::EACCES, Errno::EPERM
  warn 'not root: what else the machine does shows in the waiting'
end

# The first set is loaded before the threads begin, the next one while they are at it.
def across_a_refresh(peers, kase, work)
  provider, opens = first_set(peers, kase)
  peers.lifetime = 3600
  peers.slow(kase.operation, LOAD)
  loads = peers.calls(kase.operation)
  signatures = Crowd.signatures(from: kase.idle ? opens : opens - 1, to: opens + 2, &work.call(provider))
  before, after = signatures.partition { |began, _| began < opens }.map { |part| part.map(&:last) }
  { before: before, after: after, loads: peers.calls(kase.operation) - loads, rejections: peers.rejections }
end

# @return [Array(#credentials, Time)] a provider, and when its window opens
def first_set(peers, kase)
  peers.lifetime = kase.lifetime
  provider = PROVIDERS.fetch(kase.provider).call
  provider.credentials
  [provider, provider.expiration - kase.opens]
end

def measure(work, kase)
  Peers.open do |peers|
    in_fork do
      ENV.update(peers.environment(kase.source))
      come_first
      across_a_refresh(peers, kase, WORKS.fetch(work))
    end
  end
end

def waited(signatures)
  signatures.count { |seconds| seconds >= WAITED }
end

def row(name, result)
  after = result[:after]
  times = [Rounds.median(after), after.max, result[:before].max]
  [name, after.size, waited(after), *times.map { |seconds| seconds ? Report.duration(seconds) : '' }, result[:loads]]
end

# Read once, and not in each fork.
RubyLLM.models.all
Report.heading("#{Crowd::THREADS} threads across a refresh that takes #{Report.duration(LOAD)}")
results = WORKS.keys.to_h { |work| [work, CASES.to_h { |kase| [kase, measure(work, kase)] }] }
results.each do |work, cases|
  Report.table([work, 'signatures', "waited (#{Report.duration(WAITED)} or more)", 'median', 'longest',
                'longest before the window', 'loads'],
               cases.map { |kase, result| row(kase.name, result) })
end
rejections = results.values.flat_map(&:values).map { |result| result[:rejections] }.reject(&:empty?)
puts "Refused by Bedrock: #{rejections.empty? ? 'none' : rejections}\n\n"

results.each do |work, cases|
  cases.select { |kase, _| kase.provider == :ours }.each do |kase, result|
    abort "#{work}, #{kase.name}: nothing was signed" if result[:after].empty?

    none = waited(result[:after])
    Report.target("#{work}, #{kase.name}: #{none} waited (none)", none.zero?) unless kase.idle
    Report.target("#{work}, #{kase.name}: #{result[:loads]} loads (one)", result[:loads] == 1)
  end
end
