# frozen_string_literal: true

require_relative 'support/child'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'in a process that forks' do
  include_context 'with a chain in a child'

  let(:operation) { :container_credentials }
  # Seconds for one child, on a machine with other things to do.
  let(:patience) { 20 }

  def id = chain.credentials.access_key_id

  # Forks, and gives what the block returns in the child; nil for one that hung or failed.
  def forked(patience: self.patience, &block)
    Child.run(patience: patience, &block)
  rescue Child::Failed => e
    warn e.message
    nil
  end

  # Two sets that a child has seen: what it inherited, and what it loaded itself.
  def inherited_and_own
    inherited = id
    chain.refresh!
    [inherited, id]
  end

  it 'reuses the inherited set without asking, refreshes by itself, and leaves the parent alone' do
    in_child(:ecs_full_uri) do
      first = id
      inherited, own = forked { inherited_and_own }
      expect([inherited, id, aws.calls(operation)]).to eq([first, first, 2])
      expect(own).not_to eq(first)
      chain.refresh!
      expect([first, own]).not_to include(id)
    end
  end

  it 'is cold in a child of a cold parent, which stays cold' do
    in_child(:ecs_full_uri) do
      chain
      expect([forked { id }, id].uniq.size).to eq(2)
      expect(aws.calls(operation)).to eq(2)
    end
  end

  it 'does not wait in the child for a load that is under way in the parent' do
    in_child(:ecs_full_uri) do
      aws.fault(operation, :hang, times: 1)
      waiting = Thread.new { chain.credentials }
      Child.wait_until { aws.calls(operation) == 1 }
      expect(forked { Child.time { id } }).to be < 2
      expect([aws.calls(operation), waiting.alive?]).to eq([2, true])
    end
  end

  it 'goes on in the parent with the load that was under way' do
    in_child(:ecs_full_uri) do
      aws.fault(operation, :slow, seconds: 0.5, times: 1)
      waiting = Thread.new { id }
      Child.wait_until { aws.calls(operation) == 1 }
      other = forked { id }
      expect(waiting.value).not_to eq(other)
      expect([id, aws.calls(operation)]).to eq([waiting.value, 2])
    end
  end

  it 'keeps the inherited set in the child while a refresh is under way in the parent' do
    in_child(:ecs_full_uri) do
      first = id
      aws.fault(operation, :hang, times: 1)
      refreshing = Thread.new { chain.refresh! }
      Child.wait_until { aws.calls(operation) == 2 }
      expect(forked { [id, aws.calls(operation)] }).to eq([first, 2])
      own = forked { inherited_and_own }
      expect([own.first, own.last == first, refreshing.alive?, id]).to eq([first, false, true, first])
    end
  end

  it 'serves a child of a child' do
    in_child(:ecs_full_uri) do
      first = id
      ids = forked { [*inherited_and_own, *forked { [*inherited_and_own, *forked { inherited_and_own }] }] }
      # first, a; a, b; b, c
      expect([ids.first, ids[1] == ids[2], ids[3] == ids[4], ids.uniq.size]).to eq([first, true, true, 4])
      expect([id, aws.calls(operation)]).to eq([first, 4])
    end
  end

  it 'serves a daemon' do
    in_child(:ecs_full_uri) do
      first = id
      reader, writer = IO.pipe
      Process.wait(fork { Process.daemon(true, true) && Child.report(writer) { inherited_and_own } })
      writer.close
      inherited, own = Timeout.timeout(patience) { JSON.parse(reader.gets).first }
      expect([inherited, own == first, id]).to eq([first, false, first])
    end
  end

  it 'signs in each of the workers that a server forks after it was warm' do
    in_child(:ecs_full_uri) do
      stand_in
      first = id
      replies = Array.new(4) { Thread.new { forked { chat.ask('Hello?').content } } }.map(&:value)
      expect([replies.compact.size, signers.uniq, aws.calls(operation)]).to eq([4, [first], 1])
    end
  end

  describe 'three hundred times, from three threads, under load' do
    let(:forks) { 300 }
    let(:seed) { RSpec.configuration.seed }

    # Reads and refreshes until it is told to stop. The reader does not keep the GVL from the others.
    def under_load
      stopped = false
      loaders = [-> { chain.credentials && sleep(0.001) }, -> { chain.refresh! },
                 -> { chain(region: 'eu-central-1').refresh! }]
      threads = loaders.map { |load| Thread.new { load.call until stopped } }
      yield
    ensure
      stopped = true
      threads.each(&:join)
    end

    # Each at another moment of the loads, at random.
    def fork_all
      random = Random.new(seed)
      pauses = Array.new(forks) { random.rand(0.01) }.each_slice(forks / 3)
      pauses.map { |mine| Thread.new { mine.map { |pause| sleep(pause) && forked { inherited_and_own } } } }
            .flat_map(&:value)
    end

    it 'has none that hangs or fails, and each loads once' do
      took, seen, parents, all = in_child(:ecs_full_uri, patience: 300) do
        chain.credentials
        seen = nil
        events = []
        chains = [chain, chain(region: 'eu-central-1')]
        collector = Thread.new { loop { chains.each { |each| events.concat(each.drain_events) } && sleep(0.01) } }
        took = Child.time { under_load { seen = fork_all } }
        collector.kill.join
        chains.each { |each| events.concat(each.drain_events) }
        chain.refresh!
        [took, seen, events.map { |event| event[:event] }.tally, aws.calls(operation) - 1]
      end
      loads = parents.values_at('resolve', 'refresh').sum
      Child.tell("seed #{seed}: #{seen.compact.size} of #{forks} children well in #{took.round(1)} s, " \
                 "beside #{loads} loads of the parent")
      expect(seen).to all(match([be_a(String), be_a(String)]))
      expect(seen.map(&:last).uniq.size).to eq(forks)
      expect([parents.keys.sort, all]).to eq([%w[refresh resolve], loads + forks])
    end
  end
end
