# frozen_string_literal: true

require 'json'
require 'rbconfig'
require 'timeout'
require_relative 'aws_stand_in'
require_relative 'with_bedrock'

# A process for each example that needs an environment, signals or an end of its own. The one that runs the specs must
# ask the default chain for nothing itself: a fork would inherit what it got.
module Child
  class Failed < StandardError; end

  PATIENCE = 60
  LIBRARY = File.expand_path('../../lib', __dir__)

  module_function

  # Runs the block in a fork.
  #
  # @return the block's value, as JSON keeps it
  # @raise [Failed] with what the block raised, a failed expectation too
  def run(patience: PATIENCE, &block)
    reader, writer = IO.pipe
    pid = fork { report(writer, &block) }
    writer.close
    value, error, backtrace = answer(reader, pid, patience)
    raise Failed, error, backtrace if error

    value
  ensure
    reader&.close
  end

  # Runs a script in a Ruby of its own, with the gem loaded.
  #
  # @yield [pid] while it runs
  # @return [Process::Status, String, String] how it ended, its stdout and its stderr
  def ruby(environment, script)
    outputs = Array.new(2) { IO.pipe }
    readers, writers = outputs.transpose
    pid = Process.spawn(environment, RbConfig.ruby, "-I#{LIBRARY}", '-rruby_llm/bedrock_credentials', '-e', script,
                        %i[out err].zip(writers).to_h)
    writers.each(&:close)
    yield pid if block_given?
    [ended(pid), *readers.map(&:read)]
  ensure
    outputs&.flatten&.each(&:close)
  end

  # @return [Process::Status] of a process that is killed if it does not end by itself
  # @raise [Failed] if it was
  def ended(pid, patience: PATIENCE)
    Timeout.timeout(patience) { Process.wait2(pid).last }
  rescue Timeout::Error
    Process.kill('KILL', pid)
    Process.wait(pid)
    raise Failed, "process #{pid} did not end within #{patience} s"
  end

  # For what tells no one that it has happened.
  #
  # @return what the block returns, once that is true
  def wait_until(patience: 20)
    deadline = now + patience
    until (value = yield)
      raise Failed, "waited #{patience} s in vain" if now > deadline

      sleep(0.001)
    end
    value
  end

  # @return [Float] seconds the block took
  def time
    start = now
    yield
    now - start
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # A measured number, where the specs' output goes.
  def tell(message) = RSpec.configuration.reporter.message("    #{message}")

  def report(writer)
    answer = begin
      [yield]
    rescue Exception => e # rubocop:disable Lint/RescueException -- expectations raise such
      [nil, "#{e.class}: #{e.message}", e.backtrace]
    end
    writer.puts(JSON.generate(answer))
    writer.close
  ensure
    # What the parent does at exit, RSpec's report for one, is the parent's.
    exit!
  end

  # Up to the line's end and not the pipe's: what the child has forked may still hold that.
  def answer(reader, pid, patience)
    line = Timeout.timeout(patience) { reader.gets }
    Process.wait(pid)
    line ? JSON.parse(line) : [nil, 'the child ended without an answer', []]
  rescue Timeout::Error
    Process.kill('KILL', pid)
    Process.wait(pid)
    [nil, "no answer from the child within #{patience} s", []]
  end
end

# The default chain, in a process whose environment has one of AwsStandIn's sources; the stand-ins run in it too.
RSpec.shared_context 'with a chain in a child' do
  include_context 'with Bedrock'

  attr_reader :aws

  let(:stand_in_options) { aws ? { account: aws.account } : {} }
  let(:context) { context_with(bedrock_use_aws_credentials_provider: true) }

  def chain(region: 'us-west-2', **options)
    RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: region, **options)
  end

  # @param source [Symbol] see AwsStandIn::Environments::SOURCES
  # @param server [Hash] options of AwsStandIn
  def in_child(source, server: {}, patience: Child::PATIENCE, **options, &block)
    Child.run(patience: patience) do
      @aws = AwsStandIn.new(**server)
      AwsStandIn::Environments.apply(aws.environment(source, **options), &block)
    ensure
      aws&.stop
    end
  end

  def keys(set)
    { 'AWS_ACCESS_KEY_ID' => set.access_key_id, 'AWS_SECRET_ACCESS_KEY' => set.secret_access_key,
      'AWS_SESSION_TOKEN' => set.session_token }
  end

  # Whose signatures Bedrock has seen.
  def signers = stand_in.log.map(&:access_key_id)
end
