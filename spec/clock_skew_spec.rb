# frozen_string_literal: true

require 'stringio'
require 'timeout'
require_relative 'support/with_bedrock'

RSpec.describe RubyLLM::BedrockCredentials::ClockSkew do
  include_context 'with Bedrock'

  after { described_class.forget }

  { 'ahead of' => 3600, 'behind' => -3600 }.each do |where, offset|
    context "with AWS's clock an hour #{where} this machine's" do
      let(:stand_in_options) { { clock: Struct.new(:offset) { def now = Time.now + offset }.new(offset) } }

      it 'signs again by that clock, and from then on at once' do
        log = StringIO.new
        allow(RubyLLM).to receive(:logger).and_return(Logger.new(log))
        2.times { chat.ask('Hello?') }
        expect(stand_in.log.map(&:verdict)).to eq(['InvalidSignatureException', :accepted, :accepted])
        # A Date has whole seconds, and its way here takes time.
        expect(log.string).to match(/is (?:359[5-9]|360[0-5]) s #{where} this machine's/)
      end

      it 'does so in a stream' do
        expect(chat.ask('Hello?') { nil }.content).to eq('Hello from the stand-in.')
      end

      it 'signs every request again that was refused, though only the first of them teaches the offset' do
        refused = Queue.new
        all_refused = Queue.new
        allow(described_class).to receive(:learn).and_wrap_original do |learn, *arguments, **options, &block|
          refused << true
          all_refused.close if refused.size == 4
          Timeout.timeout(20) { all_refused.pop }
          learn.call(*arguments, **options, &block)
        end
        replies = Array.new(4) { Thread.new { chat.ask('Hello?').content } }.map(&:value)
        expect([replies.uniq, stand_in.accepted]).to eq([['Hello from the stand-in.'], 4])
      end

      it 'keeps what it learned for that host alone' do
        chat.ask('Hello?')
        urls = [URI('https://elsewhere.example/'), URI(stand_in.url)]
        expect(urls.map { |url| described_class.offset(url) }).to match([nil, be_within(2).of(offset)])
        expect(described_class.time(URI(stand_in.url))).to be_within(2).of(Time.now + offset)
      end
    end
  end

  it 'is learned from RequestTimeTooSkewed too' do
    stand_in.fail_next(status: 403, message: 'The difference between the request time and the current time is large.',
                       headers: { 'x-amzn-ErrorType' => 'RequestTimeTooSkewed', 'Date' => (Time.now + 600).httpdate })
    expect { chat.ask('Hello?') }.to raise_error(RubyLLM::Error, /Signature not yet current/)
    dates = stand_in.log.map { |entry| Time.strptime(entry.headers['x-amz-date'], '%Y%m%dT%H%M%S%z') }
    expect((dates[1] - dates[0]).round(-1)).to eq(600)
  end

  it 'is learned anew where this machine\'s clock has been set right' do
    now = Time.utc(2026, 11, 22, 12)
    learn = ->(theirs, ours) { described_class.learn('host:443', theirs.httpdate, signed_at: ours, now: now) }
    expect([learn.call(now + 3600, now), learn.call(now, now + 3600)]).to eq([3600, 0])
    expect(described_class.offset(URI('https://host/'))).to eq(0)
  end

  it 'is lost for no host when many are learned at once' do
    now = Time.now
    told = Queue.new
    hosts = Array.new(64) { |number| "host-#{number}:443" }
    hosts.map do |host|
      Thread.new { described_class.learn(host, (now + 600).httpdate, signed_at: now, now: now) { |new| told << new } }
    end.each(&:join)
    expect(hosts.map { |host| described_class.offset(URI("https://#{host}")) }).to all(be_within(1).of(600))
    expect([told.size, Array.new(told.size) { told.pop }.compact.size]).to eq([64, 64])
  end

  it 'leaves an error of its observer as it is' do
    now = Time.now
    expect { described_class.learn('host:443', (now + 600).httpdate, signed_at: now, now: now) { raise ArgumentError } }
      .to raise_error(ArgumentError)
  end

  it 'ignores a nonsense date' do
    now = Time.now
    dates = [nil, '', 'yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', '2026-11-22']
    expect(dates.map { |date| described_class.learn('host:443', date, signed_at: now, now: now) }).to all(be_nil)
    expect(described_class.time(URI('https://host/'))).to be_nil
  end

  it 'ignores a date that cannot have been what was wrong' do
    now = Time.utc(2026, 11, 22, 12)
    learn = ->(date) { described_class.learn('host:443', date.httpdate, signed_at: now, now: now) }
    expect(learn.call(now + 200)).to be_nil
    expect(learn.call(now + 300)).to eq(300)
  end

  it 'tells an offset once, and gives it to whoever signed before it was known' do
    now = Time.utc(2026, 11, 22, 12)
    told = []
    learn = lambda do |signed_at|
      described_class.learn('host:443', (now + 3600).httpdate, signed_at: signed_at, now: now) { |new| told << new }
    end
    expect([learn.call(now), learn.call(now), learn.call(now + 3600)]).to eq([3600, 3600, nil])
    expect(told).to eq([3600])
  end

  it 'raises the original error where the date does not help' do
    stand_in.fail_next(status: 403, message: 'Signature expired: 20200101T000000Z is now earlier than 20200101T000500Z',
                       times: 1)
    expect { chat.ask('Hello?') }.to raise_error(RubyLLM::Error, /Signature expired/)
    expect(stand_in.requests).to eq(1)
  end
end
