# frozen_string_literal: true

require 'logger'
require 'stringio'
require_relative '../support/child'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'with each refresh' do
  include_context 'with a chain in a child'

  def after_refresh
    chain.refresh!
    chain.credentials.access_key_id
  end

  def ini(name, set)
    keys(set).map { |key, value| "#{key.downcase} = #{value}\n" }.unshift("[#{name}]\n").join
  end

  it 'sees other keys in the environment' do
    in_child(:none) do
      sets = Array.new(2) { aws.account.issue }
      expect(sets.map { |set| ENV.update(keys(set)) && after_refresh }).to eq(sets.map(&:access_key_id))
    end
  end

  it 'sees an edited profile, and another AWS_PROFILE' do
    in_child(:static_profile) do
      chain.credentials
      edited, other = Array.new(2) { aws.account.issue }
      File.write(File.join(Dir.home, '.aws/credentials'), ini('default', edited) + ini('b', other))
      second = after_refresh
      ENV['AWS_PROFILE'] = 'b'
      expect([second, after_refresh]).to eq([edited, other].map(&:access_key_id))
    end
  end

  { web_identity: ->(aws) { aws.sts.web_identity }, pod_identity: ->(aws) { aws.container.authorization } }
    .each do |source, token|
    it "sees the rotated token of #{source}" do
      in_child(source) do
        sets = Array.new(3) { after_refresh.tap { token[aws].rotate } }
        expect([sets.uniq.size, aws.journal.refusals]).to eq([3, []])
      end
    end
  end

  it 'warns once where keys shadow a web identity, naming both' do
    in_child(:web_identity) do
      log = StringIO.new
      allow(RubyLLM).to receive(:logger).and_return(Logger.new(log, level: Logger::WARN))
      ENV.update(keys(aws.account.issue))
      3.times { chat.ask('Hello?') && chain.refresh! }
      expect(log.string.lines).to match([/WARN.*AWS_ACCESS_KEY_ID.*AWS_WEB_IDENTITY_TOKEN_FILE/])
      expect(aws.journal.counts).to eq({})
    end
  end
end
