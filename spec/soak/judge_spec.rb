# frozen_string_literal: true

require_relative '../../soak/judge'
require_relative '../../soak/ledger'
require_relative '../../soak/timeline'

RSpec.describe Soak::Judge do
  subject(:judge) { described_class.new(**evidence) }

  let(:now) { 1_000_000.0 }
  let(:timeline) { Soak::Timeline.new }
  let(:attempts) { [] }
  let(:earlier) { Soak::Ledger::Request.new(id: 'earlier', pid: 7, group: :puma, began: now - 20, ended: now - 19) }
  let(:request) { ended('RubyLLM::BedrockCredentials::CredentialsSourceError', 'it hung') }
  let(:expired) { ended('RubyLLM::ForbiddenError', 'The security token included in the request is expired') }

  def evidence
    { timeline: timeline, requests: [request, earlier], attempts: attempts,
      expirations: ->(id) { { 'OLD' => now - 5, 'NEW' => now + 10 }.fetch(id) } }
  end

  def ended(error, message = 'no')
    Soak::Ledger::Request.new(id: 'this', pid: 7, group: :puma, kind: 'chat', began: now - 2, ended: now,
                              error: error, message: message)
  end

  def begun(began = now - 2) = Soak::Ledger::Request.new(id: 'this', pid: 7, group: :puma, kind: 'chat', began: began)

  def saw(access_key_id, accepted: true, request: 'earlier', at: now - 19, reason: nil)
    attempts << described_class::Attempt.new(request: request, at: at, access_key_id: access_key_id,
                                             accepted: accepted, reason: reason)
  end

  def outage(from, to, group: :puma, kind: :deny)
    allow(Time).to receive(:now).and_return(Time.at(from), Time.at(to))
    timeline.outage(group, kind) { nil }
    allow(Time).to receive(:now).and_call_original
  end

  it 'blames no one for a request that came to its end' do
    expect(judge.verdict(earlier)).to eq(:ok)
  end

  it 'blames us for a request that never ended, unless its process was killed after it began' do
    expect(judge.verdict(begun)).to eq(:ours)
    timeline.ends(8, :puma, now)
    expect(judge.verdict(begun)).to eq(:ours)
    timeline.ends(7, :puma, now)
    expect(judge.verdict(begun)).to eq(:killed)
    expect(judge.verdict(begun(now + 5))).to eq(:ours)
  end

  it 'blames us for a request that hung for longer than a load may, though its process was killed then' do
    timeline.ends(7, :puma, now)
    expect(judge.verdict(begun(now - 20))).to eq(:killed)
    expect(judge.verdict(begun(now - 25))).to eq(:ours)
  end

  it 'blames us for a job that Sidekiq gave up at its end, if it hung before' do
    timeline.ends(7, :sidekiq, now - 4)
    short, long = [now - 6, now - 30].map { |began| ended('Sidekiq::Shutdown').tap { |job| job.began = began } }
    expect([judge.verdict(short), judge.verdict(long)]).to eq(%i[killed ours])
  end

  describe 'of what Puma did not answer' do
    def unanswered(from, to = now) = judge.unanswered(Struct.new(:from, :to).new(from, to))

    it 'blames us, unless the script ended one of its processes meanwhile' do
      expect(unanswered(now - 2)).to eq(:ours)
      timeline.ends(8, :sidekiq, now - 1)
      expect(unanswered(now - 2)).to eq(:ours)
      timeline.ends(7, :puma, now - 1)
      expect(unanswered(now - 2)).to eq(:killed)
    end

    it 'blames us where it had waited for longer than a request may, or went on waiting' do
      timeline.ends(7, :puma, now - 25)
      expect(unanswered(now - 30, now - 5)).to eq(:killed)
      expect(unanswered(now - 30)).to eq(:ours)
      expect(unanswered(now - 55, now - 24)).to eq(:ours)
    end
  end

  it 'blames the source where it was in trouble, and the process had no good set' do
    saw('OLD')
    outage(now - 10, now - 4)
    expect([judge.verdict(request), judge.verdict(expired)]).to eq(%i[source_out source_out])
  end

  it 'blames us where nothing was the matter with the source, or long before' do
    expect(judge.verdict(request)).to eq(:ours)
    outage(now - 100, now - 20)
    expect(judge.verdict(request)).to eq(:ours)
  end

  it 'blames us where another source was in trouble, or this one was only slow' do
    outage(now - 10, now, group: :async)
    outage(now - 10, now, kind: :slow)
    expect(judge.verdict(request)).to eq(:ours)
  end

  it 'blames us where the process had a set that was good, unless the script ended it' do
    saw('NEW')
    outage(now - 10, now)
    expect(judge.verdict(request)).to eq(:ours)
    timeline.set_ends('NEW', now - 1)
    expect(judge.verdict(request)).to eq(:source_out)
  end

  it 'blames us for every other error, whatever the source does' do
    outage(now - 10, now)
    errors = %w[Faraday::ConnectionFailed RubyLLM::BedrockCredentials::InvalidCredentialsError NoMethodError fatal]
    expect(errors.map { |error| judge.verdict(ended(error)) }.uniq).to eq([:ours])
    expect(judge.verdict(ended('RubyLLM::ForbiddenError', 'Signature expired: 1 is now earlier than 2'))).to eq(:ours)
  end

  it 'blames us for a date that was refused, unless the clock was set between that and the end' do
    late = 'Signature expired: 1 is now earlier than 2'
    refused = ended('RubyLLM::ForbiddenError', late)
    timeline.clock_is_off(3600, now - 2)
    [1.5, 0.5].each { |ago| saw('NEW', accepted: false, request: 'this', at: now - ago, reason: late) }
    expect(described_class.new(**evidence).verdict(refused)).to eq(:ours)
    timeline.clock_is_off(0, now - 1)
    expect(described_class.new(**evidence).verdict(refused)).to eq(:clock_moved)
    listing = refused.dup.tap { |copy| copy.kind = 'list' }
    expect(judge.verdict(listing)).to eq(:clock_moved)
  end

  it 'blames the script where it ended both sets that the request was tried with' do
    %w[OLD NEW].each { |id| timeline.set_ends(id, now - 1) }
    saw('OLD', accepted: false, request: 'this')
    expect(judge.verdict(expired)).to eq(:ours)
    saw('NEW', accepted: false, request: 'this')
    expect(described_class.new(**evidence).verdict(expired)).to eq(:ended_twice)
  end
end
