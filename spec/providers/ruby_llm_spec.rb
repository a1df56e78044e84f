# frozen_string_literal: true

require 'support/providers'

# The whole way: a role's set signs RubyLLM's requests, across rotation, failure, rejection and fork.
RSpec.describe RubyLLM::BedrockCredentials::AssumeRole, 'as RubyLLM\'s provider' do
  include_context 'with providers in a child'

  it 'has every request accepted across rotations of the role and of what it is assumed with' do
    in_child(:ecs_full_uri, server: { lifetime: 4 }) do
      provider = role(source: nil)
      seen = []
      Child.wait_until(patience: 40) do
        chat(with(provider)).ask('Hello?')
        seen |= [signers.last]
        sleep(0.1)
        seen.size == 3
      end
      expect([stand_in.wrong_signatures, roles_of(seen).uniq, aws.journal.refusals]).to eq([{}, ['tenant'], []])
      expect(aws.calls(assumed)).to be_between(3, 4)
    end
  end

  it 'goes on with the set there is while STS is down, and with the next when it is back' do
    in_child(:none) do
      provider = role
      chat(with(provider)).ask('Hello?')
      aws.fault(assumed, :server_error)
      expect { provider.refresh! }.to raise_error(RubyLLM::BedrockCredentials::CredentialsSourceError, /HTTP 500/)
      chat(with(provider)).ask('Hello?')
      aws.heal
      provider.refresh!
      chat(with(provider)).ask('Hello?')
      expect([stand_in.rejections, signers.uniq.size, signers.first(2).uniq.size]).to eq([{}, 2, 1])
    end
  end

  it 'is asked for another set where Bedrock rejects the one it has' do
    in_child(:none) do
      provider = role(source: source = CountingSource.new { @user ||= user })
      aws.account.revoke(provider.credentials)
      chat(with(provider)).ask('Hello?')
      expect(stand_in.log.map(&:verdict)).to eq(['UnrecognizedClientException', :accepted])
      expect([source.reads, aws.calls(assumed)]).to eq([2, 2])
    end
  end

  it 'raises RubyLLM\'s own error where there is no other, and recovers with the next request' do
    in_child(:none) do
      provider = role
      aws.account.revoke(provider.credentials)
      aws.fault(assumed, :deny, times: 1)
      expect { chat(with(provider)).ask('Hello?') }.to raise_error(RubyLLM::Error, /security token/)
      sleep(1.1) # a failure answers for a second
      chat(with(provider)).ask('Hello?')
      expect(stand_in.log.map(&:verdict)).to eq(['UnrecognizedClientException', :accepted])
    end
  end

  it 'tells RubyLLM\'s log what it did, and the providers below it too' do
    in_child(:ecs_full_uri) do
      log = StringIO.new
      allow(RubyLLM).to receive(:logger).and_return(Logger.new(log))
      chat(with(role(source: nil))).ask('Hello?')
      told = log.string.scan(/AWS credentials: resolved by (\S+) in/).flatten
      expect(told).to eq(['EcsContainer', "AssumeRole(#{arn('tenant')})"])
    end
  end

  describe 'in a process that forks' do
    it 'reuses the inherited set, and each process renews its own' do
      in_child(:none) do
        provider = role
        first = provider.credentials.access_key_id
        theirs = Child.run do
          inherited = provider.credentials.access_key_id
          provider.refresh!
          [inherited, provider.credentials.access_key_id]
        end
        expect([theirs.first, theirs.last == first, provider.credentials.access_key_id]).to eq([first, false, first])
        expect(aws.calls(assumed)).to eq(2)
      end
    end

    it 'does not wait in the child for a Ruby source that is being asked in the parent' do
      in_child(:none) do
        asked = Queue.new
        parent = Process.pid
        set = user
        source = CountingSource.new do
          asked << true
          sleep if Process.pid == parent
          set
        end
        provider = role(source: source)
        waiting = Thread.new { provider.credentials }
        asked.pop
        expect(Child.run(patience: 20) { provider.set? }).to be(true)
        expect([waiting.alive?, aws.calls(assumed)]).to eq([true, 1])
      end
    end

    it 'begins anew in a child that a trap forked off the thread that waits' do
      in_child(:none) do
        parent = Process.pid
        set = user
        source = CountingSource.new { Process.pid == parent ? sleep : set }
        provider = role(source: source)
        reader, writer = IO.pipe
        child = nil
        trap(:USR1) { child = fork if Process.pid == parent }
        Thread.new { Child.wait_until { source.reads == 1 } && Process.kill(:USR1, parent) }
        # Waits on in the parent until the child has told; the child comes back with a set.
        Thread.new { reader.gets && Thread.main.raise(StopIteration) }
        begin
          provider.credentials
          writer.puts(provider.source)
          exit!
        rescue StopIteration
          expect([Process.pid, aws.calls(assumed)]).to eq([parent, 1])
        end
      ensure
        Process.wait(child) if child && Process.pid == parent
      end
    end
  end

  it 'can be interrupted while it waits, which fails it for no one else' do
    in_child(:none) do
      gate = Queue.new
      provider = role(source: CountingSource.new { gate.pop })
      other = Thread.new { provider.credentials }
      expect { Timeout.timeout(0.3) { provider.credentials } }.to raise_error(Timeout::Error)
      gate << user
      expect([other.value.set?, aws.calls(assumed)]).to eq([true, 1])
    end
  end

  it 'renews ahead of time without making anyone wait for a slow Ruby source' do
    in_child(:none, server: { lifetime: 8 }) do
      source = CountingSource.new do
        sleep(1) if source.reads > 1
        user
      end
      provider = role(source: source)
      first = provider.credentials.access_key_id
      slowest = 0
      Child.wait_until do
        slowest = [slowest, Child.time { provider.credentials }].max
        provider.credentials.access_key_id != first
      end
      Child.tell(format('the slowest read took %.1f ms while a source took 1 s', slowest * 1000))
      expect([slowest, source.reads]).to match([be < 0.5, 2])
    end
  end
end
