# frozen_string_literal: true

require 'support/chat_child/peers'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'sources that are edited' do
  # What names the sets in turn, the first of which is there from the start.
  def rotate(source, edit)
    ChatChild::Peers.open do |peers|
      sets = Array.new(3) { peers.aws.account.issue }
      keys = sets.map { |set| set.to_h.values_at(:access_key_id, :secret_access_key, :session_token) }
      environment = peers.environment(source, set: sets.first)
      report = peers.run(environment.merge('SPEC_SETS' => JSON.generate(keys)), <<~RUBY)
        JSON.parse(ENV.fetch('SPEC_SETS')).each do |id, secret, token|
          #{edit}
          chain.refresh!
          2.times { chat.ask('Hi') }
        end
        chain.source
      RUBY
      yield report, sets.map(&:access_key_id)
    end
  end

  it 'takes changed environment variables at the next refresh' do
    edit = "ENV.update('AWS_ACCESS_KEY_ID' => id, 'AWS_SECRET_ACCESS_KEY' => secret, 'AWS_SESSION_TOKEN' => token)"
    rotate(:environment, edit) do |report, ids|
      expect(report).to include('error' => nil, 'value' => 'Environment', 'rejections' => {}, 'signed_with' => ids)
    end
  end

  it 'takes an edited credentials file at the next refresh' do
    edit = <<~'RUBY'
      File.write(File.join(Dir.home, '.aws/credentials'), <<~INI)
        [default]
        aws_access_key_id = #{id}
        aws_secret_access_key = #{secret}
        aws_session_token = #{token}
      INI
    RUBY
    rotate(:static_profile, edit) do |report, ids|
      expect(report).to include('error' => nil, 'value' => 'Profile(default)', 'rejections' => {},
                                'signed_with' => ids)
    end
  end

  it 'asks no one before the first request, however often RubyLLM is configured' do
    ChatChild::Peers.open do |peers|
      report = peers.run(peers.environment(:imds), <<~RUBY)
        3.times { chain }
        [context.config.bedrock_region, chat.class.name, Thread.list.size]
      RUBY
      expect(report).to include('value' => ['us-west-2', 'RubyLLM::Chat', 1], 'calls' => {})
    end
  end

  it 'uses keys of the environment ahead of a web identity, and warns of it once' do
    ChatChild::Peers.open do |peers|
      set = peers.aws.account.issue
      environment = peers.environment(:web_identity).merge(
        'AWS_ACCESS_KEY_ID' => set.access_key_id, 'AWS_SECRET_ACCESS_KEY' => set.secret_access_key,
        'AWS_SESSION_TOKEN' => set.session_token
      )
      report = peers.run(environment, "3.times { chain.refresh!; chat.ask('Hi') }")
      expect(report).to include('error' => nil, 'calls' => {}, 'signed_with' => [set.access_key_id])
      expect(report['log'].scan(/WARN .*AWS_ACCESS_KEY_ID.*AWS_WEB_IDENTITY_TOKEN_FILE/).size).to eq(1)
      expect(report['log']).not_to include(set.secret_access_key)
    end
  end
end
