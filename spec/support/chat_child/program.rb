# frozen_string_literal: true

$LOAD_PATH.unshift(File.expand_path('../../../lib', __dir__), File.expand_path('../..', __dir__))
require 'json'
require 'logger'
require 'stringio'
require 'ruby_llm/bedrock_credentials'

module ChatChild
  # What a script of ChatChild is run by: its methods, and the report of how it went.
  class Script
    REGION = 'us-west-2'
    MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0'

    def initialize(log)
      @log = log
      RubyLLM.configure { |config| config.logger = Logger.new(log, level: Logger::DEBUG) }
    end

    # @return [Hash] the script's value, or the error it raised, all there is to show of it; and what was logged
    def report(script)
      start = now
      outcome = begin
        { value: instance_eval(script, 'script'), error: nil }
      rescue StandardError => e
        { value: nil, error: describe(e) }
      end
      JSON.generate(outcome.merge(seconds: now - start, log: @log.string))
    end

    # As an application is configured that has no keys of its own.
    def context
      @context ||= RubyLLM.context do |config|
        config.bedrock_region = REGION
        config.bedrock_api_base = ENV.fetch('SPEC_BEDROCK', nil)
        config.bedrock_use_aws_credentials_provider = true
        config.max_retries = 0
      end
    end

    def chat = context.chat(model: MODEL, provider: :bedrock, assume_model_exists: true)

    def chain(**options) = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: REGION, **options)

    # @return [Hash, nil] what the block raised
    def failure
      yield
      nil
    rescue StandardError => e
      describe(e)
    end

    # Asks a model until the chain has had so many sets, and some more while it may rotate again.
    #
    # @return [Array<String>] their access key ids
    def chat_across(sets, seconds: 60, pause: 0.2)
      seen = []
      deadline = now + seconds
      until seen.size >= sets || now > deadline
        chat.ask('Hi')
        seen |= [chain.credentials.access_key_id]
        sleep(pause) if seen.size < sets
      end
      chat.ask('Hi')
      seen
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

    private

    def describe(error)
      { class: error.class.name, message: error.message, full_message: error.full_message(highlight: false),
        inspect: error.inspect, ruby_llm: error.is_a?(RubyLLM::Error) }
    end
  end

  # One script here, or one in a fork for each environment.
  class Program
    # At once; most of them wait.
    WIDTH = 16

    def initialize(script:, environments: nil)
      @script = script
      @environments = environments
    end

    def run
      reports = @environments ? fork_each : { '' => report(@script) }
      $stdout.write("{#{reports.map { |name, report| "#{name.to_json}:#{report}" }.join(',')}}")
    end

    private

    def fork_each
      # Its registry is a megabyte of JSON: read here, once.
      RubyLLM.models.all.size
      waiting = Queue.new(@environments.each_with_index.to_a).close
      WIDTH.times.map { Thread.new { take(waiting) } }.map(&:value).reduce({}, :merge)
    end

    def take(waiting)
      reports = {}
      while (environment, index = waiting.pop)
        pid, reader = start(environment)
        reports[index.to_s] = reader.read
        Process.wait(pid)
      end
      reports
    end

    def start(environment)
      reader, writer = IO.pipe
      pid = fork do
        ENV.update(environment)
        writer.write(report(@script))
        writer.close
        exit!
      end
      writer.close
      [pid, reader]
    end

    def report(script) = Script.new(StringIO.new).report(script)
  end
end

input = JSON.parse($stdin.read, symbolize_names: true)
environments = input[:environments]&.map { |environment| environment.transform_keys(&:to_s) }
ChatChild::Program.new(script: input.fetch(:script), environments: environments).run
