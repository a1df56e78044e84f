# frozen_string_literal: true

require_relative 'support/with_bedrock'

RSpec.describe RubyLLM::BedrockCredentials, 'when RubyLLM retries' do
  include_context 'with Bedrock'

  # RubyLLM 1.12 sends no POST again: bin/compat leaves out what is tagged retried_post.

  def authorizations
    stand_in.log.map { |entry| entry.headers['authorization'] }
  end

  it 'signs each attempt anew, with credentials of its own', :retried_post do
    stand_in.fail_next(status: 503, times: 2)
    chat.ask('Hello?')
    expect(stand_in.log.map(&:verdict)).to eq([:accepted] * 3)
    expect(authorizations.uniq.size).to eq(3)
    expect(credentials_provider.reads).to eq(3)
  end

  it 'signs each attempt of a stream anew' do
    stand_in.fail_next(status: 503, times: 2)
    begin
      chat.ask('Hello?') { nil }
    rescue RubyLLM::ServiceUnavailableError
      # RubyLLM 1.16 raises what a stream begins with; RubyLLM 2 tries again.
    end
    expect(authorizations.uniq.size).to eq(stand_in.requests)
    expect(credentials_provider.reads).to eq(stand_in.requests)
  end

  it 'sends an attempt after a long wait with its own date', :retried_post do
    rotating = RotatingCredentials.new(account: stand_in.account, lifetime: 900)
    times = [Time.now - 200, Time.now]
    allow(RubyLLM::BedrockCredentials::ClockSkew).to receive(:time) { times.shift }
    stand_in.drop_next
    chat(context_with(bedrock_credentials_provider: rotating)).ask('Hello?')
    dates = stand_in.log.map { |entry| entry.headers['x-amz-date'] }
    expect([dates.uniq.size, stand_in.rejections]).to eq([2, {}])
  end

  it 'serializes the body once for all attempts', :retried_post do
    serialized = 0
    counted = Class.new { define_method(:to_json) { |*arguments| (serialized += 1) && 'yes'.to_json(*arguments) } }
    options = chat.respond_to?(:with_params) ? :with_params : :with_provider_options
    stand_in.throttle_next
    chat.public_send(options, additionalModelRequestFields: { counted: counted.new }).ask('Hello?')
    expect([serialized, stand_in.requests]).to eq([1, 2])
  end

  it 'drops the session token of an attempt before, where the next set has none', :retried_post do
    sets = [stand_in.account.issue, stand_in.account.issue_long_term]
    provider = Class.new { define_method(:credentials) { sets.shift } }.new
    stand_in.drop_next
    chat(context_with(bedrock_credentials_provider: provider)).ask('Hello?')
    expect(stand_in.log.map { |entry| entry.headers.key?('x-amz-security-token') }).to eq([true, false])
  end
end
