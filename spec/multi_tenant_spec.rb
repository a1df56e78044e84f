# frozen_string_literal: true

require 'support/providers'

# A context of RubyLLM for each tenant, with a role of its own.
RSpec.describe RubyLLM::BedrockCredentials, 'for many tenants' do
  include_context 'with providers in a child'

  # Who asked, by the text of the chat, beside whose role signed it.
  def asked_and_signed
    stand_in.log.select(&:accepted?).map { |entry| [entry.body[/tenant-\d+/], *roles_of([entry.access_key_id])] }
  end

  it 'never signs for one with the set of another, however their threads take turns' do
    tenants = 8
    threads = 4
    chats = 6
    seed = RSpec.configuration.seed
    Child.tell("#{tenants} tenants, #{threads} threads each, #{chats} chats a thread, seed #{seed}")
    in_child(:ecs_full_uri, server: { lifetime: 6 }) do
      shared = described_class::DefaultCredentialsChain.new(region: 'us-west-2')
      # Half of them over the gem's own chain, half over a Ruby object.
      contexts = Array.new(tenants) do |n|
        source = n.even? ? nil : CountingSource.new { shared.credentials }
        with(role("tenant-#{n}", source: source))
      end
      work = Array.new(tenants * threads) do |n|
        random = Random.new(seed + n)
        Thread.new do
          chats.times do
            chat(contexts[n % tenants]).ask("I am tenant-#{n % tenants}")
            sleep(random.rand(0.3))
          end
        end
      end
      work.each(&:join)
      expect(asked_and_signed.reject { |tenant, role| tenant == role }).to eq([])
      expect([stand_in.wrong_signatures, stand_in.accepted, aws.journal.refusals])
        .to eq([{}, tenants * threads * chats, []])
      expect(asked_and_signed.map(&:last).tally.values).to all(eq(threads * chats))
    end
  end

  it 'shares the set that their roles are assumed with, and asks STS once for each' do
    in_child(:ecs_full_uri) do
      contexts = Array.new(20) { |n| with(role("tenant-#{n}", source: nil)) }
      2.times { contexts.each_with_index { |context, n| chat(context).ask("tenant-#{n}") } }
      expect([aws.calls(:container_credentials), aws.calls(assumed)]).to eq([1, 20])
    end
  end

  describe 'while they are idle' do
    def resources
      { threads: Dir.children('/proc/self/task').size, files: Dir.children('/proc/self/fd').size - 1 }
    end

    def alive = ObjectSpace.each_object(described_class::CredentialsProvider).count

    def make(count, first: 0)
      Array.new(count) do |n|
        RubyLLM.context do |config|
          config.bedrock_credentials_provider = role("tenant-#{first + n}", source: nil)
        end
      end
    end

    it 'makes 10,000 without a thread, a file or a question' do
      in_child(:ecs_full_uri) do
        # It would close files of the parent's that no one refers to any more.
        GC.disable
        before = resources
        contexts = make(10_000)
        expect([contexts.size, resources, aws.journal.counts]).to eq([10_000, before, {}])
      end
    end

    it 'keeps no thread and no open file for those that have their set' do
      in_child(:ecs_full_uri) do
        make(1).each { |context| context.config.bedrock_credentials_provider.credentials }
        settled = Child.wait_until { resources if Dir['/proc/self/task/*/comm'].none? { |f| loading?(f) } }
        contexts = make(50, first: 1)
        contexts.each { |context| context.config.bedrock_credentials_provider.credentials }
        Child.wait_until { Dir['/proc/self/task/*/comm'].none? { |file| loading?(file) } }
        expect(aws.calls(assumed)).to eq(51)
        # The stand-in's own threads and connections come and go in this process.
        Child.wait_until { resources.all? { |name, count| count <= settled[name] } }
      end
    end

    it 'lets the collector have all that are dropped, those that were used too' do
      in_child(:ecs_full_uri) do
        GC.start
        before = alive
        use_and_drop(10_000, used: 50)
        GC.start
        left = alive - before
        Child.tell("#{left} of 10000 left after they were dropped, 50 of them used")
        # The stack may still have a word that looks like one.
        expect([left <= 5, aws.calls(assumed)]).to eq([true, 50])
      end
    end

    it 'keeps those whose refresh is under way until it has ended, and what they are assumed with' do
      in_child(:none) do
        source = CountingSource.new { sleep(0.3) && user }
        thread = role(source: source).then { |provider| Thread.new { provider.credentials.access_key_id } }
        Child.wait_until { source.reads == 1 }
        20.times { GC.start(full_mark: true, immediate_sweep: true) }
        expect(roles_of([thread.value])).to eq(['tenant'])
      end
    end

    it 'keeps a Ruby source that no one else holds' do
      in_child(:none) do
        provider = role(source: role(source: unheld_source))
        GC.start(full_mark: true, immediate_sweep: true)
        Array.new(100_000) { Object.new }
        3.times { provider.refresh! }
        expect(roles_of(askers.last(1))).to eq(['tenant'])
      end
    end

    it 'survives a collection that moves everything' do
      skip 'this Ruby cannot compact' unless GC.respond_to?(:verify_compaction_references)
      in_child(:none) do
        source = CountingSource.new { user }
        providers = Array.new(5) { |n| role("tenant-#{n}", source: source) }
        providers.each(&:credentials)
        GC.verify_compaction_references(expand_heap: true, toward: :empty)
        providers.each(&:refresh!)
        expect(roles_of(providers.map { |p| p.credentials.access_key_id })).to eq(Array.new(5) { |n| "tenant-#{n}" })
        expect(source.reads).to eq(10)
      end
    end

    def loading?(file)
      File.read(file).start_with?('aws-credentials')
    rescue Errno::ENOENT, Errno::ESRCH
      false
    end

    def unheld_source
      set = user
      CountingSource.new { set }
    end

    # On a stack of its own, which ends: what is left of a frame on this one holds what it names.
    def use_and_drop(count, used:)
      Thread.new do
        make(count).first(used).each { |context| context.config.bedrock_credentials_provider.credentials }
        nil
      end.join
    end
  end
end
