# frozen_string_literal: true

require_relative 'support/adjustable_clock'
require_relative 'support/rotating_credentials'

RSpec.describe RotatingCredentials do
  let(:clock) { AdjustableClock.new }
  let(:account) { BedrockStandIn::Account.new(clock:) }
  let(:provider) { described_class.new(account:, lifetime: 60, refresh_before: 10) }

  it 'hands out one frozen set until it is due, and the next ahead of its expiration' do
    first = provider.credentials
    clock.advance(49)
    same = provider.credentials
    clock.advance(1)
    expect([same, first.frozen?, provider.credentials == first, provider.rotations]).to eq([first, true, false, 1])
  end

  it 'counts the reads of #credentials, and nothing else' do
    2.times { provider.credentials }
    [provider.expiration, provider.set?, provider.issued]
    expect(provider.reads).to eq(2)
  end

  it 'issues a set for each read if asked to, to threads too' do
    provider = described_class.new(account:, lifetime: 60, every_call: true)
    sets = Array.new(4) { Thread.new { Array.new(25) { provider.credentials } } }.flat_map(&:value)
    expect([sets.uniq.size, provider.reads, provider.rotations]).to eq([100, 100, 99])
  end

  it 'shows no secret when inspected' do
    set = provider.credentials
    expect([set, provider, account].map(&:inspect).join).not_to include(set.secret_access_key)
  end
end
