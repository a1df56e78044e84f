# frozen_string_literal: true

require_relative 'support/child'

# A load that waits for its server, beside what Ruby's own Queue#pop does in the same process.
RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'while it waits' do
  include_context 'with a chain in a child'

  let(:operation) { :container_credentials }
  # Seconds by which it may be later than plain Ruby on a busy machine; the load hangs for many.
  let(:tolerance) { 0.25 }

  # The child's source never answers.
  def hanging(&block)
    in_child(:ecs_full_uri) do
      aws.fault(operation, :hang)
      block.call
    end
  end

  def answering_after(seconds, &block)
    in_child(:ecs_full_uri) do
      aws.fault(operation, :slow, seconds: seconds)
      block.call
    end
  end

  def asked(times = 1) = Child.wait_until { aws.calls(operation) >= times }

  # A thread that is known to wait.
  def waiting_thread(&wait)
    started = Queue.new
    thread = Thread.new do
      Thread.current.report_on_exception = false
      started << true
      wait.call
    end
    started.pop
    Child.wait_until { thread.stop? }
    thread
  end

  def raise_in(thread, error)
    thread.raise(error)
    thread.join
  end

  # Seconds from an interrupt to its end, as the median of five; ours and plain Ruby's.
  def delays
    ours, plain = [-> { chain.credentials }, -> { Queue.new.pop }].map do |wait|
      Array.new(5) { yield wait }.sort[2]
    end
    { ours: ours, plain: plain }
  end

  def expect_as_soon(delays, what)
    ours, plain = delays.transform_keys(&:to_sym).values_at(:ours, :plain)
    Child.tell(format('%<what>s: after %<ours>.3f ms; Queue#pop: %<plain>.3f ms',
                      what: what, ours: ours * 1000, plain: plain * 1000))
    expect(ours - plain).to be < tolerance
  end

  it 'lets other threads run' do
    gaps = answering_after(1) do
      ticks = [Child.now]
      ticker = Thread.new { loop { sleep(0.005) && (ticks << Child.now) } }
      chain.credentials
      ticker.kill
      ticks.each_cons(2).map { |earlier, later| later - earlier }
    end
    Child.tell(format('%<count>d ticks of 5 ms in 1 s, the longest took %<longest>.1f ms',
                      count: gaps.size, longest: gaps.max * 1000))
    expect([gaps.sum, gaps.size]).to match([be > 1, be > 40])
  end

  describe 'is interrupted as soon as plain Ruby is' do
    it 'by Timeout.timeout' do
      late = hanging do
        delays do |wait|
          Child.time { expect { Timeout.timeout(0.2) { wait.call } }.to raise_error(Timeout::Error) } - 0.2
        end
      end
      expect_as_soon(late, 'Timeout.timeout')
    end

    it 'by Thread#kill, which runs what is ensured' do
      ended = hanging do
        delays do |wait|
          ensured = false
          thread = waiting_thread do
            wait.call
          ensure
            ensured = true
          end
          Child.time { thread.kill.join }.tap { expect([thread.status, ensured]).to eq([false, true]) }
        end
      end
      expect_as_soon(ended, 'Thread#kill')
    end

    it 'by Thread#raise, with that very error' do
      raised = hanging do
        delays do |wait|
          error = IOError.new('from outside')
          thread = waiting_thread(&wait)
          Child.time { expect { raise_in(thread, error) }.to raise_error(error) }
        end
      end
      expect_as_soon(raised, 'Thread#raise')
    end

    it 'by Ctrl-C' do
      interrupted = hanging do
        # RSpec has a trap of its own.
        trap('INT', 'DEFAULT')
        delays do |wait|
          main = Thread.current
          sent = nil
          Thread.new do
            Child.wait_until { main.stop? }
            sent = Child.now
            Process.kill('INT', Process.pid)
          end
          wait.call
        rescue Interrupt
          Child.now - sent
        end
      end
      expect_as_soon(interrupted, 'Ctrl-C')
    end

    it 'by an interrupt that was only allowed while it blocks' do
      raised = hanging do
        delays do |wait|
          thread = waiting_thread { Thread.handle_interrupt(IOError => :on_blocking) { wait.call } }
          Child.time { expect { raise_in(thread, IOError) }.to raise_error(IOError) }
        end
      end
      expect_as_soon(raised, 'Thread#raise, allowed on blocking')
    end
  end

  describe 'and nothing raises' do
    it 'goes on after a signal whose trap has run' do
      answering_after(0.5) do
        trapped = []
        trap('USR1') { trapped << Child.now }
        main = Thread.current
        sender = Thread.new do
          Array.new(5) do |count|
            Child.wait_until { main.stop? }
            Child.now.tap { Process.kill('USR1', Process.pid) && Child.wait_until { trapped.size > count } }
          end
        end
        set = chain.credentials
        expect([set.set?, sender.value.size, aws.calls(operation)]).to eq([true, 5, 1])
        expect(sender.value.zip(trapped).map { |sent, ran| ran - sent }.max).to be < 0.25
      end
    end

    it 'goes on after Thread#wakeup and Thread#run' do
      answering_after(0.5) do
        thread = waiting_thread { chain.credentials }
        asked
        20.times { thread.wakeup && thread.run }
        expect([thread.alive?, thread.value.set?, aws.calls(operation)]).to eq([true, true, 1])
      end
    end

    it 'goes on, and turns no circles, while an interrupt is put off by handle_interrupt' do
      answering_after(0.5) do
        before = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
        got = nil
        thread = waiting_thread { Thread.handle_interrupt(IOError => :never) { got = chain.credentials } }
        asked
        expect { raise_in(thread, IOError) }.to raise_error(IOError)
        expect(got).to be_set
        expect(Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - before).to be < 0.3
      end
    end

    it 'is not cancelled for the others when one who waits is killed' do
      answering_after(0.5) do
        doomed, patient = Array.new(2) { waiting_thread { chain.credentials } }
        asked
        doomed.kill.join
        expect([patient.value.set?, aws.calls(operation)]).to eq([true, 1])
      end
    end
  end
end
