# frozen_string_literal: true

require_relative '../support/child'

begin
  require 'async'
rescue LoadError => e
  raise unless e.path == 'async'

  warn 'SKIPPED: async is not installed'
end

if defined?(Async)
  RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'under Async' do
    include_context 'with a chain in a child'

    let(:operation) { :container_credentials }

    # Seconds between the ticks of a fiber beside the block's.
    def gaps_beside(reactor, every: 0.005)
      ticks = [Child.now]
      ticker = reactor.async { loop { sleep(every) && (ticks << Child.now) } }
      yield
      ticker.stop
      ticks.each_cons(2).map { |earlier, later| later - earlier }
    end

    it 'keeps the reactor turning while fifty fibers wait for one load' do
      gaps, sets, calls = in_child(:ecs_full_uri) do
        aws.fault(operation, :slow, seconds: 1)
        sets = nil
        gaps = Sync do |reactor|
          gaps_beside(reactor) do
            sets = Array.new(50) { reactor.async { chain.credentials.access_key_id } }.map(&:wait)
          end
        end
        [gaps, sets.uniq.size, aws.calls(operation)]
      end
      Child.tell(format('%<count>d ticks of 5 ms in 1 s, the longest took %<longest>.1f ms',
                        count: gaps.size, longest: gaps.max * 1000))
      expect([sets, calls]).to eq([1, 1])
      # A reactor that stood still would have one gap of a second; a busy machine leaves some of its own.
      expect([gaps.size, gaps.max]).to match([be > 40, be < 0.6])
    end

    it 'gives a warm set without leaving the fiber' do
      in_child(:ecs_full_uri) do
        threads = Sync do
          chain.credentials
          before = Thread.list.size
          Array.new(50) { chain.credentials && (Thread.list.size - before) }
        end
        expect(threads.uniq).to eq([0])
      end
    end

    it 'lets chats of fifty fibers go on across one load' do
      in_child(:ecs_full_uri) do
        aws.fault(operation, :slow, seconds: 0.3)
        Sync { |reactor| Array.new(50) { reactor.async { chat.ask('Hello?') } }.each(&:wait) }
        expect([stand_in.accepted, signers.uniq.size, aws.calls(operation)]).to eq([50, 1, 1])
      end
    end

    it 'ends a wait by the task\'s timeout and by its stop, and cancels nothing for the others' do
      in_child(:ecs_full_uri) do
        aws.fault(operation, :slow, seconds: 1)
        late, stopped, set = Sync do |reactor|
          patient = reactor.async { chain.credentials }
          doomed = reactor.async { chain.credentials }
          late = Child.time do
            expect { reactor.with_timeout(0.2) { chain.credentials } }.to raise_error(Async::TimeoutError)
          end
          stopped = Child.time do
            doomed.stop
            doomed.wait
          end
          [late - 0.2, stopped, patient.wait]
        end
        # The load takes half a second more.
        expect([late, stopped]).to all(be < 0.5)
        expect([set.set?, aws.calls(operation)]).to eq([true, 1])
      end
    end

    it 'raises in the fiber what the source says' do
      in_child(:none) do
        expect { Sync { chain.credentials } }.to raise_error(RubyLLM::BedrockCredentials::MissingCredentialsError)
      end
    end
  end
end
