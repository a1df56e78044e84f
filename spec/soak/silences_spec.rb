# frozen_string_literal: true

require_relative '../../soak/ledger'
require_relative '../../soak/silences'
require_relative '../../soak/timeline'

RSpec.describe Soak::Silences do
  let(:timeline) { Soak::Timeline.new }

  def request(began, ended = nil, pid: 7)
    Soak::Ledger::Request.new(id: began.to_s, pid: pid, group: :puma, kind: 'chat', began: began, ended: ended)
  end

  def longest(requests, span: 0.0..100.0, group: :puma)
    described_class.new(timeline: timeline, requests: requests, answered: requests.select(&:ended?), span: span)
                   .longest(group)
  end

  def outage(from, to, group: :puma, kind: :deny)
    allow(Time).to receive(:now).and_return(Time.at(from), Time.at(to))
    timeline.outage(group, kind) { nil }
    allow(Time).to receive(:now).and_call_original
  end

  def every(seconds, from, to) = from.step(to, seconds).map { |at| request(at - 1, at) }

  it 'finds none where the group went on answering' do
    expect(longest(every(5, 0.0, 100.0))).to have_attributes(unexplained: 5.0, too_long?: false)
  end

  it 'finds the time between two answers' do
    silence = longest(every(5, 0.0, 40.0) + every(5, 75.0, 100.0))
    expect(silence).to have_attributes(group: :puma, from: 40.0, to: 75.0, unexplained: 35.0, too_long?: true)
  end

  it 'finds it before the first answer and after the last, and where there was none' do
    expect(longest(every(5, 50.0, 100.0))).to have_attributes(from: 0.0, to: 50.0)
    expect(longest(every(5, 0.0, 60.0))).to have_attributes(from: 60.0, to: 100.0)
    expect(longest([])).to have_attributes(from: 0.0, to: 100.0, too_long?: true)
  end

  it 'hears no request that never ended, and none of another group' do
    expect(longest([request(50.0)])).to have_attributes(unexplained: 100.0)
    expect(longest(every(5, 0.0, 100.0), group: :async)).to have_attributes(unexplained: 100.0)
  end

  it 'takes off the time in which the source was in trouble, once' do
    outage(10, 30)
    outage(20, 40)
    outage(90, 120)
    expect(longest([])).to have_attributes(unexplained: 60.0)
  end

  it 'takes off no time in which another source was, or this one was only slow' do
    outage(10, 90, group: :async)
    outage(10, 90, kind: :slow)
    expect(longest([])).to have_attributes(unexplained: 100.0)
  end

  it 'takes off a restart, until a new process has begun a request, and no more than a start may take' do
    timeline.ends(7, :puma, 50.0)
    timeline.restarts(:puma, 50.0)
    expect(longest([request(50.5), request(54.0, pid: 8)])).to have_attributes(unexplained: 96.0)
    expect(longest([])).to have_attributes(unexplained: 80.0)
  end
end
