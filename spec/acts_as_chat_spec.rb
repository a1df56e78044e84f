# frozen_string_literal: true

require_relative 'support/aws_stand_in'
require_relative 'support/bedrock_stand_in'
require_relative 'support/rails_app'

missing = RailsApp.missing
warn "SKIPPED: acts_as_chat in Rails, for want of #{missing.join(', ')}" if missing.any?

# RubyLLM's models and migrations, as its generator writes them, in a real Rails app and database. Each example's
# script runs in the same process of the app; a rotation is the chain's refresh!.
RSpec.describe RubyLLM::BedrockCredentials, 'under acts_as_chat', if: missing.empty? do
  attr_reader :aws, :bedrock, :app

  before(:context) do
    @aws = AwsStandIn.new
    @bedrock = BedrockStandIn.new(account: aws.account)
    @app = RailsApp.new(aws.environment(:imds).merge('BEDROCK_URL' => bedrock.url))
  end

  before do
    bedrock.reset
    bedrock.say('Take an umbrella.')
    bedrock.call_tool('weather', city: 'Berlin')
  end

  after(:context) { [app, bedrock, aws].compact.each(&:stop) }

  after do |example|
    warn(app.rails_log.lines.last(60)) if example.exception
    expect(bedrock.rejections).to eq({})
  end

  # What scripts begin with: a rotation, and what the database has of a chat.
  let(:prelude) { <<~RUBY }
    chain = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2')
    told = ->(chat) { Chat.find(chat.id).messages.map { |message| [message.role, message.content] } }
  RUBY

  let(:tool_turn) do
    [['user', 'An umbrella?'], ['assistant', ''], ['tool', 'Rain in Berlin'], ['assistant', 'Take an umbrella.']]
  end

  def evaluate(script) = app.evaluate(prelude + script)

  # Whose signatures Bedrock has seen, a set for each request.
  def signers = bedrock.log.map(&:access_key_id)

  # @return [Array] with the content that is nothing to Ruby or to the database as ''
  def told(messages) = messages.map { |role, content| [role, content.to_s] }

  it 'signs each turn of a chat that is kept in the database with the set of the moment' do
    messages = evaluate(<<~RUBY)
      chat = Chat.create!(provider: 'bedrock')
      chat.ask('Is it cold?')
      chain.refresh!
      Chat.find(chat.id).ask('And tomorrow?')
      told.(chat)
    RUBY
    expect(messages).to eq([['user', 'Is it cold?'], ['assistant', 'Take an umbrella.'],
                            ['user', 'And tomorrow?'], ['assistant', 'Take an umbrella.']])
    expect(signers.uniq.size).to eq(2)
    # The second request has what the database kept of the first.
    expect(JSON.parse(bedrock.log.last.body)['messages'].size).to eq(3)
  end

  it 'streams a turn, and keeps the whole of it' do
    chunks, messages = evaluate(<<~RUBY)
      chunks = []
      chat = Chat.create!(provider: 'bedrock')
      chat.ask('Is it cold?') { |chunk| chunks << chunk.content }
      [chunks.compact, told.(chat)]
    RUBY
    expect(chunks.join).to eq('Take an umbrella.')
    expect(messages.last).to eq(['assistant', 'Take an umbrella.'])
  end

  { 'a chat' => '', 'a stream' => ' { nil }' }.each do |kind, block|
    it "signs both requests of a tool's round trip in #{kind}, with a rotation in between" do
      messages = evaluate(<<~RUBY)
        slow_weather = Class.new(Weather) do
          define_method(:name) { 'weather' }
          define_method(:execute) do |city:|
            chain.refresh!
            "Rain in \#{city}"
          end
        end
        chat = Chat.create!(provider: 'bedrock')
        chat.with_tools(slow_weather).ask('An umbrella?')#{block}
        told.(chat)
      RUBY
      expect(told(messages)).to eq(tool_turn)
      expect([signers.size, signers.uniq.size]).to eq([2, 2])
    end
  end

  it 'signs what an agent with a tool asks, and asks again from its record' do
    first, second = evaluate(<<~RUBY)
      chat = WeatherAgent.create!
      chat.ask('An umbrella?')
      first = told.(chat)
      chain.refresh!
      WeatherAgent.find(chat.id).ask('An umbrella?')
      [first, told.(chat).drop(first.size)]
    RUBY
    expect(told(first)).to eq([['system', 'You are a meteorologist.'], *tool_turn])
    expect(told(second)).to eq(tool_turn)
    expect(signers.tally.values).to eq([2, 2])
    expect(JSON.parse(bedrock.log.last.body)['system']).to eq([{ 'text' => 'You are a meteorologist.' }])
  end

  it 'keeps nothing of a turn that AWS refuses, and goes on with the next' do
    bedrock.fail_next(status: 403, message: 'You are not authorized to invoke this model.')
    error, messages = evaluate(<<~RUBY)
      chat = Chat.create!(provider: 'bedrock')
      error = begin
        chat.ask('Is it cold?')
      rescue RubyLLM::Error => e
        e.message
      end
      chat.ask('Well?')
      [error, told.(chat)]
    RUBY
    expect(error).to eq('You are not authorized to invoke this model.')
    expect(messages.last).to eq(['assistant', 'Take an umbrella.'])
  end

  if RubyLLM.respond_to?(:instrument)
    it 'tells of credentials through ActiveSupport::Notifications and Rails.logger' do
      source = 'Ec2InstanceMetadata'
      events = evaluate(<<~RUBY)
        events = []
        subscriber = ActiveSupport::Notifications.subscribe(/credentials\\.ruby_llm\\z/) do |name, _, _, _, payload|
          events << [name, payload]
        end
        # A first set is resolved, and it depends on the examples before whether there is one.
        chain.credentials
        chain.refresh!
        Chat.create!(provider: 'bedrock').ask('Is it cold?')
        ActiveSupport::Notifications.unsubscribe(subscriber)
        events
      RUBY
      expect(events).to include(['refresh_credentials.ruby_llm', include('source' => source, 'expiration' => String)])
      expect(app.rails_log).to include("AWS credentials: refreshed by #{source} in ")
    end
  end
end
