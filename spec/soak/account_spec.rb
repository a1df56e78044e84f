# frozen_string_literal: true

require_relative '../../soak/account'

RSpec.describe Soak::Account do
  let(:account) { described_class.new }
  let(:set) { account.issue(lifetime: 20) }

  it 'ends a set early as AWS does, and remembers it as it was' do
    id = set.access_key_id
    account.end_early(id, :expire)
    expect(account.find(id)).to be_expired(Time.now)
    account.end_early(id, :revoke)
    expect([account.find(id), account.issued(id).expiration]).to eq([nil, set.expiration])
  end

  it 'lets no skewed clock decide whether a set has expired' do
    expect(account.find(set.access_key_id)).not_to be_expired(Time.now + 3600)
  end
end
