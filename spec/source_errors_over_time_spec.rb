# frozen_string_literal: true

require 'support/chat_child/peers'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'while its source fails' do
  let(:peers) { ChatChild::Peers.new(lifetime: 8) }

  after { peers.stop }

  it 'goes on with the set it has until that expires, backs off, then says why' do
    # A failure that no one tries again by himself: each call is one try of the cache.
    peers.on_new_set { peers.aws.fault(:container, :deny) }
    report = peers.run(peers.environment(:pod_identity), <<~RUBY)
      chat.ask('Hi')
      ends = chain.expiration
      asked = 1
      asked += 1 while (error = failure { chat.ask('Hi') }).nil? && sleep(0.3)
      { left: ends - Time.now, error: error, asked: asked, again: failure { chat.ask('Hi') } }
    RUBY
    expect(report).to include('error' => nil, 'rejections' => {})
    value = report['value']
    # Not before it expires.
    expect(value['left']).to be_between(-3, 0.1)
    expect(value['asked']).to be > 10
    [value['error'], value['again']].each do |error|
      expect(error).to include('class' => 'RubyLLM::BedrockCredentials::CredentialsSourceError',
                               'message' => match(/EcsContainer: failed: .*403/))
    end
    expect(report['log']).to match(/WARN .*a refresh failed after \d+ ms, going on with the set there is: EcsContainer/)
    # The set; a try as the advisory window opens, one or two as readers begin to wait; one or two without a set.
    expect(report['calls']['container_credentials']).to be_between(3, 6)
    puts "#{report['calls']['container_credentials']} calls while a source failed, for #{value['asked']} chats"
  end

  it 'recovers as soon as the source does' do
    peers.aws.fault(:container, :deny)
    script = <<~RUBY
      first = failure { chat.ask('Hi') }
      File.write(File.join(Dir.home, 'failed'), '')
      sleep(0.2) while failure { chat.ask('Hi') }
      first
    RUBY
    environment = peers.environment(:pod_identity)
    healer = Thread.new do
      sleep(0.05) until File.exist?(File.join(environment['HOME'], 'failed'))
      peers.aws.heal
    end
    report = peers.run(environment, script)
    healer.join
    expect(report['value']).to include('message' => match(/403/))
    expect(report['seconds']).to be < 20
    expect(peers.bedrock.accepted).to eq(1)
  end

  it 'extends an expired set of instance metadata, as AWS does, while the service fails' do
    peers.aws.fault(:imds_credentials, :expired)
    report = peers.run(peers.environment(:imds), '[chain.expiration - Time.now, chain.credentials.access_key_id]')
    expect(report).to include('error' => nil)
    expect(report['value'].first).to be_between(500, 15 * 60)
  end

  it 'remembers for seconds that there is nothing, and asks anew after that' do
    peers.aws.imds.role = nil
    report = peers.run(peers.environment(:imds), <<~RUBY)
      start = now
      errors = [failure { chat.ask('Hi') }]
      warm = now
      errors << failure { chat.ask('Hi') } while now - warm < 2
      ENV['AWS_ACCESS_KEY_ID'] = 'AKIASPEC'
      ENV['AWS_SECRET_ACCESS_KEY'] = 'secret'
      remembered = failure { chain.credentials }
      sleep(0.1) while failure { chain.credentials } && now - start < 15
      { classes: errors.map { |error| error[:class] }.tally, message: errors.last[:message],
        remembered: remembered && remembered[:class], held: now - warm, source: chain.source }
    RUBY
    expect(report['error']).to be_nil
    value = report['value']
    expect(value['classes'].keys).to eq(['RubyLLM::BedrockCredentials::MissingCredentialsError'])
    expect(value['classes'].values.first).to be > 10
    expect(peers.aws.calls(:imds_token)).to eq(1)
    expect(value['message'].lines.size).to eq(7)
    expect(value['message']).to include('no AWS credentials found', 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
    expect(value['message'].scan(/^  (\w+)(?:\(\w+\))?: not set: \S/).flatten)
      .to eq(%w[Environment Profile WebIdentityToken EcsContainer Ec2InstanceMetadata])
    expect(value).to include('remembered' => 'RubyLLM::BedrockCredentials::MissingCredentialsError',
                             'source' => 'Environment', 'held' => be_between(2, 8))
  end
end
