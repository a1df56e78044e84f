# frozen_string_literal: true

require_relative '../../soak/account'
require_relative '../../soak/signatures'
require_relative '../../soak/timeline'
require_relative '../support/bedrock_stand_in'

RSpec.describe Soak::Signatures do
  subject(:signatures) { described_class.new(account: account, timeline: timeline, failures: failures) }

  let(:account) { Soak::Account.new }
  let(:failures) { {} }
  let(:timeline) { Soak::Timeline.new }
  let(:set) { account.issue(lifetime: 5) }
  let(:date) { 'Signature expired: 20261122T120000Z is now earlier than …' }

  # As Bedrock, whose clock may be off, received it so many seconds after the set expired.
  def refused(verdict, late: -10, token: set.session_token, signed: 0, reason: 'no')
    clock = Soak::SkewedClock.new
    received = clock.now.tap { |time| time.original = set.expiration + late }
    amz_date = (received.original + signed).utc.strftime('%Y%m%dT%H%M%SZ')
    entry = BedrockStandIn::Entry.new(verdict: verdict, reason: reason, received_at: received,
                                      access_key_id: set.access_key_id,
                                      headers: { 'x-amz-security-token' => token, 'x-amz-date' => amz_date })
    signatures.verdict(:async, entry)
  end

  it 'knows a set that expired on the way from one that was signed with past its end' do
    expect(refused('ExpiredTokenException', late: 1, signed: -3)).to eq(:expired)
    expect(refused('ExpiredTokenException', late: 1)).to eq(:stale)
    expect(refused('ExpiredTokenException', late: -3)).to eq(:wrong)
  end

  context 'where the process told that a refresh had failed' do
    let(:failures) { { async: [(set.expiration - 2).to_f] } }

    it 'lets a set be used up to its end, and of instance metadata longer' do
      expect([-1, 1, 60].map { |late| refused('ExpiredTokenException', late: late) })
        .to eq(%i[expired expired outlived])
    end
  end

  it 'lets no set be used past its end where no refresh was tried' do
    expect([1, 60].map { |late| refused('ExpiredTokenException', late: late) }).to eq(%i[stale stale])
  end

  it 'knows the sets that the script ended' do
    expect(refused('UnrecognizedClientException')).to eq(:wrong)
    timeline.set_ends(set.access_key_id, (set.expiration - 11).to_f)
    expect(refused('UnrecognizedClientException')).to eq(:ended_early)
  end

  it 'knows a mixed set, and a signature that is wrong' do
    other = account.issue(lifetime: 20)
    expect(refused('UnrecognizedClientException', token: other.session_token)).to eq(:mixed)
    expect(refused('InvalidSignatureException', reason: 'The request signature we calculated …')).to eq(:wrong)
    expect(refused('IncompleteSignatureException')).to eq(:wrong)
  end

  it 'knows a date by a clock that there was from one that no clock had' do
    expect(refused('InvalidSignatureException', reason: date)).to eq(:skewed)
    expect(refused('InvalidSignatureException', reason: date, signed: 3600)).to eq(:wrong)
    timeline.clock_is_off(3600)
    expect(refused('InvalidSignatureException', reason: date, signed: 3600)).to eq(:skewed)
  end
end
