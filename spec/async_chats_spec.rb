# frozen_string_literal: true

require_relative 'support/chat_child/peers'
require_relative 'support/child'

begin
  require 'async'
rescue LoadError => e
  raise unless e.path == 'async'

  warn 'SKIPPED: async is not installed'
end

# RubyLLM's adapter is net_http, whose waits the fiber scheduler makes those of one fiber. The reactor has a process of
# its own, so that what the ticker sees is not the stand-ins' work.
RSpec.describe RubyLLM::BedrockCredentials, 'with 200 chats on one thread of Async', if: defined?(Async) do
  # Seconds that each load of credentials takes, and each answer of the model.
  let(:slow_load) { 2 }
  let(:slow_model) { 1 }

  # Turns, until one of them comes after the rotation, which begins when all have had one answer. (Sets that expire
  # would be told as rejected on a busy machine: 200 requests signed at once take seconds to be verified.)
  let(:script) { <<~RUBY }
    require 'async'

    asking = peak = answered = 0
    # Seconds that this thread has run or waited for a processor; without Linux to tell, it has always slept.
    schedule = '/proc/thread-self/schedstat'
    running = -> { File.exist?(schedule) ? File.read(schedule).split.first(2).sum(&:to_i) / 1e9 : 0 }
    ticks = [[now, running.call]]
    answers, threads = Sync do |reactor|
      ticker = reactor.async { loop { sleep(0.005) && (ticks << [now, running.call]) } }
      chats = Array.new(200) do
        reactor.async do
          own = chat
          said = []
          sets = []
          until said.size > 1 && sets.last != sets.first
            sets << chain.credentials.access_key_id
            peak = [peak, asking += 1].max
            said << own.ask('Hello?').content
            asking -= 1
            answered += 1
            reactor.async { chain.refresh! } if answered == 200
          end
          said
        end
      end
      answers = chats.map(&:wait)
      ticker.stop
      [answers, Thread.list.size]
    end
    pauses = ticks.each_cons(2).map { |earlier, later| earlier.zip(later).map { |from, to| to - from } }
    { answers: answers, threads: threads, peak: peak, longest: pauses.map(&:first).max,
      asleep: pauses.map { |wall, busy| wall - busy }.max }
  RUBY

  it 'answers all of them across a rotation, with one load at a time and a reactor that turns' do
    report = ChatChild::Peers.open do |peers|
      peers.aws.fault(:container_credentials, :slow, seconds: slow_load)
      peers.bedrock.delay_next(slow_model, times: 10_000)
      peers.run(peers.environment(:ecs_full_uri), script)
    end
    expect(report['error']).to be_nil
    report.merge!(report['value'])
    tell(report)

    expect(report['answers'].size).to eq(200)
    expect(report['answers'].flatten.uniq).to eq(['Hello from the stand-in.'])
    expect([report['rejections'], report['refusals']]).to eq([{}, []])
    # One load for all that wait, and one to rotate.
    expect([report['signed_with'].size, report['calls']]).to eq([2, { 'container_credentials' => 2 }])
    expect(report['peak']).to eq(200)
    # A native call that waits would hold the thread for as long as the load takes. That all 200 have something to do
    # at once makes pauses too, in which it does not sleep.
    expect(report['asleep']).to be < slow_load / 2.0
  end

  def tell(report)
    Child.tell(format('%<requests>d requests of 200 chats in %<seconds>.1f s, %<peak>d at once, %<threads>d thread, ' \
                      '%<sets>d sets, the longest pause of a ticker of 5 ms %<pause>.0f ms, %<asleep>.0f ms asleep',
                      requests: report['requests'], seconds: report['seconds'], peak: report['peak'],
                      threads: report['threads'], sets: report['signed_with'].size,
                      pause: report['longest'] * 1000, asleep: report['asleep'] * 1000))
  end
end
