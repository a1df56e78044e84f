# frozen_string_literal: true

require_relative '../../soak/fault_script'

RSpec.describe Soak::FaultScript do
  def faults(seed, seconds = 60) = described_class.new(seed: seed, seconds: seconds).faults

  it 'is the same for the same seed, and another for another' do
    expect(faults(1)).to eq(faults(1))
    expect(faults(1)).not_to eq(faults(2))
  end

  it 'has every kind of fault within a minute' do
    kinds = described_class::SOURCE_FAULTS + described_class::PROCESS_FAULTS + %i[skew rotate]
    (1..20).each { |seed| expect(faults(seed).map(&:kind)).to include(*kinds) }
  end

  it 'ends the sets of every group early, within a minute' do
    (1..20).each do |seed|
      early = faults(seed).select { |fault| %i[revoke expire].include?(fault.kind) }
      expect(early.map(&:target).uniq).to match_array(described_class::GROUPS)
    end
  end

  it 'gives each group one fault of its source at a time, and is over before the run is' do
    (1..20).each do |seed|
      lasting = faults(seed, 300).select { |fault| fault.seconds.positive? }
      expect(lasting.map { |fault| fault.at + fault.seconds }.max).to be < 300
      lasting.group_by(&:target).each_value do |mine|
        expect(mine.each_cons(2).map { |one, two| two.at - one.at - one.seconds }).to all(be >= 0)
      end
    end
  end

  it 'gives each start of a process another source, the same for the same seed' do
    first, second = Array.new(2) { described_class.new(seed: 7, seconds: 60).sources_of(:sidekiq) }
    sources = Array.new(5) { first.next }
    expect(sources).to match_array(described_class::SOURCES[:sidekiq])
    expect(Array.new(5) { second.next }).to eq(sources)
  end
end
