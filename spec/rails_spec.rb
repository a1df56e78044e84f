# frozen_string_literal: true

require_relative 'support/aws_stand_in'
require_relative 'support/bedrock_stand_in'
require_relative 'support/rails_app'
require_relative 'support/redis_server'
require_relative 'support/tripwire'

missing = RailsApp.missing
missing << 'redis-server' unless RedisServer.installed?
warn "SKIPPED: Rails on Puma and Sidekiq, for want of #{missing.join(', ')}" if missing.any?

# Puma with two workers of five threads and preload_app!, Sidekiq, both eager loading the app in production mode, and
# one AWS that hands out sets which live four seconds.
RSpec.describe RubyLLM::BedrockCredentials, 'in a Rails app', if: missing.empty? do
  attr_reader :aws, :bedrock, :app

  before(:context) do
    @aws = AwsStandIn.new(lifetime: 4)
    @bedrock = BedrockStandIn.new(account: aws.account)
    @redis = RedisServer.new
    @tripwires = %w[AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE].to_h { |name| [name, Tripwire.new] }
    @app = RailsApp.new(aws.environment(:ecs_full_uri).merge(
                          @tripwires.transform_values(&:path),
                          'BEDROCK_URL' => bedrock.url, 'REDIS_URL' => @redis.url
                        ))
    seconds = Child.time { app.start(:puma, :sidekiq) }
    @after_boot = traces
    Child.tell(format('Puma and Sidekiq booted in %.1f s', seconds))
  end

  after(:context) do
    app&.stop
    [@redis, *@tripwires&.values, aws, bedrock].compact.each(&:stop)
  end

  after { |example| warn(app.rails_log.lines.last(60), app.log(:puma), app.log(:sidekiq)) if example.exception }

  # What a look for credentials leaves behind.
  def traces
    { calls: aws.journal.counts, files_read: @tripwires.values.sum(&:trips), requests: bedrock.requests,
      threads: app.thread_names.grep(/credentials/) }
  end

  def ask(question = 'Hello?') = app.post('/questions', question: question)

  it 'boots without a call to AWS, a read of its files, or a thread of its own, and does all that when asked' do
    expect(@after_boot).to eq(calls: {}, files_read: 0, requests: 0, threads: [])
    aws.fault(:container_credentials, :slow, seconds: 0.5)
    Child.wait_until { ask && app.thread_names.include?('aws-credentials') }
    aws.heal
    expect(traces).to include(calls: { container_credentials: be >= 1 }, files_read: be >= 2, requests: be >= 1)
  end

  it 'answers every request of eight clients across rotations, while a worker is killed and replaced' do
    killed = nil
    sets = signers.size
    before = app.workers
    answers = clients(8) do |so_far|
      killed ||= Process.kill(:KILL, before.first) && before.first if so_far.size > 40
      at_work = so_far.last(20).map(&:pid).uniq & app.workers
      killed && at_work.size == 2 && signers.size >= sets + 6
    end
    tell(answers, signers.size - sets)
    expect(answers.filter_map(&:code).tally.keys).to eq(['200'])
    # Those that were on the killed worker's sockets.
    expect(answers.count { |answer| answer.code.nil? }).to be <= 8
    expect(answers.map(&:pid).compact.uniq).to match_array(before | app.workers)
    expect([bedrock.wrong_signatures, aws.journal.refusals]).to eq([{}, []])
  end

  it 'streams what the model says while it says it' do
    gate = Queue.new
    bedrock_says { |words| %w[one two three].each { |word| (word == 'one' || gate.pop) && (words << word) } }
    heard = []
    # Until the first word is here, the model does not say the second.
    stream { |chunk| heard.concat(chunk.scan(/"(\w+)"/).flatten) && (2.times { gate << true } if heard == ['one']) }
    expect(heard).to eq(%w[one two three])
  end

  it 'is not harmed by a client that hangs up in the middle of a stream' do
    workers = app.workers
    requests = bedrock.requests
    heard = Queue.new
    bedrock_says do |words|
      loop { (words << 'word ') && sleep(0.01) }
    ensure
      heard << 'all that will be'
    end
    stream { break }
    # No one listens to the model any longer, and it is asked no second time.
    expect(Timeout.timeout(20) { heard.pop }).to eq('all that will be')
    expect(bedrock.requests - requests).to eq(1)
    expect(Array.new(20) { ask.code }.uniq).to eq(['200'])
    expect([app.workers, bedrock.wrong_signatures]).to eq([workers, {}])
  end

  it 'chats in jobs on Sidekiq across rotations' do
    signed = 0
    chats = []
    Child.wait_until(patience: 60) do
      chats << JSON.parse(app.post('/chats', question: 'Who are you, job?').body)['id']
      sleep(0.2)
      signed = bedrock.log.select { |entry| entry.body.include?('job?') }.map(&:access_key_id).uniq.size
      signed >= 3
    end
    conversations = chats.map { |id| Child.wait_until { conversation(id).then { |messages| messages if messages[1] } } }
    Child.tell("#{chats.size} jobs, signed with #{signed} sets")
    expect(conversations.uniq).to eq([[['user', 'Who are you, job?'], ['assistant', 'Hello from the stand-in.']]])
    expect([bedrock.wrong_signatures, aws.journal.refusals]).to eq([{}, []])
  end

  # @yieldparam words [#<<] what the model says, as it says it
  def bedrock_says(&block)
    words = Enumerator.new(&block)
    bedrock.answer(:converse_stream) do
      BedrockStandIn::Response.new(headers: { 'Content-Type' => 'application/vnd.amazon.eventstream' },
                                   body: BedrockStandIn::EventStream.new(words, usage: { inputTokens: 1 }))
    end
  end

  def stream(&block)
    Net::HTTP.start('127.0.0.1', app.port, read_timeout: 20) do |http|
      http.request_get('/stream?question=Hello') { |response| response.read_body(&block) }
    end
  end

  def conversation(id)
    JSON.parse(app.get("/chats/#{id}").body)['messages'].map { |message| message.values_at('role', 'content') }
  end

  Answer = Struct.new(:code, :pid, :seconds) # rubocop:disable Lint/ConstantDefinitionInBlock

  # Each client asks again as soon as it has its answer, until the block says that it was enough.
  def clients(count)
    answers = Queue.new
    enough = false
    threads = Array.new(count) { Thread.new { answers << one_answer until enough } }
    collected = []
    Timeout.timeout(60) { nil until yield(collected << answers.pop) }
    enough = true
    threads.each(&:join)
    collected + Array.new(answers.size) { answers.pop }
  ensure
    enough = true
  end

  def one_answer
    start = Child.now
    response = ask
    Answer.new(response&.code, (JSON.parse(response.body)['pid'] if response), Child.now - start)
  end

  def tell(answers, sets)
    seconds = answers.map(&:seconds).sort
    lost = answers.count { |answer| answer.code.nil? }
    Child.tell("#{answers.size} answers, #{lost} lost with the worker, #{sets} sets, half of the answers within " \
               "#{(seconds[seconds.size / 2] * 1000).round} ms, the slowest #{(seconds.last * 1000).round} ms")
  end

  # Whose signatures Bedrock has seen.
  def signers = bedrock.log.map(&:access_key_id).uniq
end
