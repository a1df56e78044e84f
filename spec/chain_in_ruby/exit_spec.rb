# frozen_string_literal: true

require_relative '../support/child'

# In a Ruby of its own.
RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'at the end of its process' do
  let(:aws) { AwsStandIn.new }
  # Seconds; a load goes on for 15. An empty Ruby takes some tens of milliseconds itself, on a busy machine more.
  let(:patience) { 3 }

  after { aws.stop }

  # Runs the script until its source was asked, and sends the signal.
  #
  # @return [Array] how it ended, its stderr, and the seconds from the signal to its end
  def run(script, signal)
    sent = nil
    script = "chain = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new\n#{script}"
    status, _out, err = Child.ruby(aws.environment(:pod_identity), script) do |pid|
      Child.wait_until { aws.calls(:container_credentials) == 1 }
      sent = Child.now
      Process.kill(signal, pid)
    end
    [status, err, Child.now - sent]
  end

  def expect_end(script, signal: 'USR1', status: { exitstatus: 0 }, err: '')
    ended, printed, seconds = run(script, signal)
    Child.tell(format('after %<time>.0f ms', time: seconds * 1000))
    expect(ended).to have_attributes(status)
    expect(printed).to match(err)
    expect(seconds).to be < patience
  end

  describe 'whose source never answers' do
    before { aws.fault(:container_credentials, :hang) }

    it 'does not hold it while a thread waits' do
      expect_end(<<~RUBY)
        trap('USR1') { exit }
        Thread.new { chain.credentials }
        sleep
      RUBY
    end

    it 'does not hold it while the load of a thread that was killed goes on' do
      expect_end(<<~RUBY)
        waiting = Thread.new { chain.credentials }
        trap('USR1') { waiting.kill && exit }
        sleep
      RUBY
    end

    it 'does not hold it while the main thread waits, which raises what the trap does' do
      expect_end(<<~RUBY)
        trap('USR1') { exit }
        chain.credentials
      RUBY
    end

    it 'lets Ctrl-C end it as it ends any Ruby' do
      expect_end('chain.credentials', signal: 'INT', status: { termsig: Signal.list['INT'] }, err: /Interrupt/)
    end

    it 'lets SIGTERM end it as it ends any Ruby' do
      expect_end('chain.credentials', signal: 'TERM', status: { termsig: Signal.list['TERM'] }, err: '')
    end
  end

  it 'leaves nothing on stderr, and serves what runs at exit' do
    status, out, err = Child.ruby(aws.environment(:pod_identity), <<~RUBY)
      chain = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new
      at_exit { print chain.refresh!.inspect, chain.credentials.set? }
      chain.credentials
    RUBY
    expect([status.exitstatus, out, err, aws.calls(:container_credentials)]).to eq([0, 'niltrue', '', 2])
  end
end
