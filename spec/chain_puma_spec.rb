# frozen_string_literal: true

require 'net/http'
require 'socket'
require 'tmpdir'
require_relative 'support/child'

# The real Puma, with preload_app! and two workers.
RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'in a Puma cluster that preloads the app' do
  let(:account) { BedrockStandIn::Account.new }
  let(:aws) { AwsStandIn.new(account: account, lifetime: 4) }
  let(:bedrock) { BedrockStandIn.new(account: account) }
  let(:port) { TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] } }
  let(:environment) { aws.environment(:ecs_full_uri).merge('BEDROCK_URL' => bedrock.url, 'RUBYLIB' => library_path) }

  before do
    @log = File.join(Dir.mktmpdir, 'puma.log')
    arguments = ['--config', File.join(__dir__, 'support/puma/puma.rb'), '--bind', "tcp://127.0.0.1:#{port}"]
    @puma = Process.spawn(environment, 'puma', *arguments, %i[out err] => @log)
    Child.wait_until(patience: 40) { ask }
  end

  after do
    Process.kill('TERM', @puma)
    Child.ended(@puma)
    [aws, bedrock].each(&:stop)
  end

  it 'starts its workers with the set of the master, and lets each refresh by itself' do
    answers = []
    Child.wait_until(patience: 40) do
      answers.concat(Array.new(6) { Thread.new { ask } }.map(&:value))
      answers.none?(&:nil?) && rotations(answers) >= 3 && pids(answers).size == 2
    end
    expect(answers.map { |answer| answer['content'] }.uniq).to eq(['Hello from the stand-in.'])
    expect(answers.map { |answer| answer['preloaded'] }.uniq.size).to eq(1)
    expect(pids(answers)).not_to include(@puma)
    expect([bedrock.wrong_signatures, aws.journal.refusals]).to eq([{}, []])
  end

  def library_path
    [File.expand_path('../lib', __dir__), ENV.fetch('RUBYLIB', nil)].compact.join(':')
  end

  def ask
    JSON.parse(Net::HTTP.get(URI("http://127.0.0.1:#{port}/")))
  rescue SystemCallError, EOFError, JSON::ParserError
    nil
  end

  def pids(answers)
    answers.map { |answer| answer['pid'] }.uniq
  end

  def rotations(answers)
    answers.map { |answer| answer['current'] }.uniq.size
  end
end
