# frozen_string_literal: true

require_relative '../../soak/fault_script'
require_relative '../../soak/ledger'
require_relative '../../soak/report'
require_relative '../../soak/signatures'
require_relative '../../soak/silences'

RSpec.describe Soak::Report do
  def report(*requests, memory: [])
    judged = requests.to_h { |request| [request, request.error ? :source_out : :ok] }
    each = ->(value) { Soak::FaultScript::GROUPS.to_h { |group| [group, value] } }
    silence = Soak::Silences::Silence.new(:puma, 0.0, 1.0, 1.0)
    described_class.new(
      Soak::Findings.new(judged: judged, signatures: each.call({}), events: [], calls: each.call(0), memory: memory,
                         unanswered: {}, faults: {}, silences: each.call(silence), broken: [])
    )
  end

  def request(group, signing: nil, error: nil)
    @id = @id.to_i + 1
    Soak::Ledger::Request.new(id: @id.to_s, pid: 7, group: group, kind: 'chat', began: 0.0, ended: 1.0,
                              signing: signing, error: error)
  end

  it 'has nothing against a run in which a signature of each group was timed' do
    expect(report(request(:puma, signing: 0.01), request(:puma), request(:async, signing: 0.02)).ours).to eq([])
  end

  it 'says where no signature was timed, unless no request succeeded' do
    expect(report(request(:puma), request(:async, signing: 0.02), request(:sidekiq, error: 'IOError')).ours)
      .to eq(['no signature of puma was timed'])
  end

  it 'shows one that lived too short a time to be measured' do
    rows = [{ name: 'puma worker', processes: 1, start: { pss: 1.0, rss: 2.0 }, end: { pss: 3.0, rss: 4.0 },
              grown: 2.0, watched: 9 },
            { name: 'async', processes: 1, start: nil, end: nil, grown: 0.0, watched: 0 }]
    expect(report(memory: rows).to_s)
      .to match(/^puma worker +1 +1\.0 +3\.0 +2\.0 +4\.0 +2\.0 +9 s$/).and match(/^async +1 +0\.0 +0 s$/)
  end
end
