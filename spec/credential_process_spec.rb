# frozen_string_literal: true

require 'support/chat_child/peers'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'with a credential_process' do
  let(:peers) { ChatChild::Peers.new }

  after { peers.stop }

  # As a Puma master looks after its workers; and as one that does not want to.
  reapers = {
    'under a parent that reaps whatever ends' => <<~RUBY,
      reaped = 0
      Thread.new do
        loop do
          Process.wait(-1) && reaped += 1
        rescue Errno::ECHILD
          sleep(0.001)
        end
      end
    RUBY
    'with SIGCHLD ignored' => "reaped = nil; trap('CLD', 'IGNORE')",
    'with a handler of SIGCHLD' => "reaped = nil; trap('CLD') { nil }"
  }
  loads = 20

  reapers.each do |situation, prepare|
    it "answers every time #{situation}" do
      report = peers.run(peers.environment(:process), <<~RUBY)
        #{prepare}
        failures = Array.new(#{loads}) { failure { chain.refresh! } }.compact
        chat.ask('Hi')
        [failures, reaped]
      RUBY
      expect(report['error']).to be_nil
      expect(report['value'].first).to eq([])
      # Else this would show nothing: it does reap some of them.
      expect(report['value'].last).to be_positive if report['value'].last
      expect(report['calls']).to eq('process_credentials' => loads + 1).or eq('process_credentials' => loads)
    end

    it "says what a process wrote to stderr #{situation}" do
      environment = peers.environment(:process, command: 'echo first log in >&2; exit 3')
      report = peers.run(environment, "#{prepare}; Array.new(5) { failure { chain.refresh! } }")
      expect(report['value']).to all(include('class' => 'RubyLLM::BedrockCredentials::CredentialsSourceError',
                                             'message' => match(/Profile\(bedrock\): failed: .*first log in/)))
    end
  end

  it 'serves many profiles at a time, each with a set of its own' do
    environment = peers.environment(:process)
    config = File.join(environment['HOME'], '.aws/config')
    names = Array.new(16) { |number| "profile-#{number}" }
    bedrock = File.read(config)
    File.write(config, bedrock + names.map { |name| bedrock.sub('profile bedrock', "profile #{name}") }.join("\n"))
    report = peers.run(environment, <<~RUBY)
      ask = ->(name) { [chain(profile: name).credentials.access_key_id, chain(profile: name).source] }
      #{names}.map { |name| Thread.new { ask[name] } }.map(&:value).transpose
    RUBY
    expect(report['error']).to be_nil
    expect(report['value'].first.uniq.size).to eq(names.size)
    expect(report['value'].last).to eq(names.map { |name| "Profile(#{name})" })
    expect(report['calls']).to eq('process_credentials' => names.size)
  end

  describe 'and the process' do
    answer = '{"Version":1,"AccessKeyId":"AKIASPEC","SecretAccessKey":"secret/of/the/process"'
    # What it does, and what is said of it, or the access key id it gave.
    cases = {
      'hangs' => ['sleep 987654 | sleep 987654', /was killed: no answer within 60 s/],
      'was killed' => ['kill -9 $$', /credential_process ended with signal: 9/],
      'failed' => ['exit 7', /credential_process ended with exit status: 7/],
      'does not exist' => ['/nowhere/tool --password secret/of/the/process', /exit status: 127/],
      'wrote nothing' => ['true', /did not answer with a JSON object/],
      'wrote something else' => ['echo secret/of/the/process', /did not answer with a JSON object/],
      'wrote more than 1 MiB' => ["yes '#{answer}' | head -c 1100000", /wrote more than 1 MiB/],
      'wrote no secret key' => [%q(echo '{"Version":1,"AccessKeyId":"AKIASPEC"}'), /answered without SecretAccessKey/],
      'wrote a blank secret key' => [%q(echo '{"Version":1,"AccessKeyId":"AKIASPEC","SecretAccessKey":""}'),
                                     /blank|without/],
      'speaks another version' => [%q(echo '{"Version":2}'), /Version other than 1/],
      'gave a set that is over' => ["echo '#{answer},\"Expiration\":\"2020-01-01T00:00:00Z\"}'",
                                    /expired at 2020-01-01/],
      'gave a time that is none' => ["echo '#{answer},\"Expiration\":\"tomorrow\"}'",
                                     /Expiration that is not a time/],
      'wrote its answer to stderr' => ["echo '#{answer}}' >&2; exit 1", /a line that may show a secret/],
      'wrote 900 kB to stderr' => ['yes nonsense | head -c 900000 >&2; echo last words >&2; exit 1', /last words/],
      'wrote 1 MB' => ["printf '#{answer},\"Padding\":\"'; head -c 1000000 /dev/zero | tr '\\0' x; echo '\"}'",
                       'AKIASPEC'],
      'left another behind that holds its pipes' => ["sleep 600 & echo '#{answer}}'", 'AKIASPEC']
    }

    before(:all) do
      @peers = ChatChild::Peers.new
      environments = cases.to_h { |name, (command, _)| [name, @peers.environment(:process, command: command)] }
      # The last value: what is left of the process, and children that no one has waited for.
      @reports = ChatChild.run_each(environments, <<~RUBY, patience: 120)
        before = now
        error = failure { chain.refresh! }
        took = now - before
        left = Dir.glob('/proc/[0-9]*/cmdline').count { |path| File.read(path).include?('987654') rescue false }
        id = chain.credentials.access_key_id unless error
        { error: error, id: id, took: took, left: [left, Process.waitall.size] }
      RUBY
    end

    after(:all) { @peers.stop }

    cases.each do |situation, (_, expected)|
      it "#{situation}: #{expected.is_a?(String) ? 'its answer is taken' : 'the error says so'}" do
        report = @reports.fetch(situation)
        expect(report['error']).to be_nil
        result = report['value']
        next expect(result).to include('error' => nil, 'id' => expected) if expected.is_a?(String)

        expect(result['error']).to include('class' => 'RubyLLM::BedrockCredentials::CredentialsSourceError',
                                           'message' => match(expected))
        expect(result['error'].values.join + report['log']).not_to include('secret/of/the/process')
      end
    end

    it 'hangs: it is killed after a minute with all it started; else an answer takes no longer than the process' do
      times = @reports.transform_values { |report| report['value']['took'] }
      hung = times.delete('hangs')
      puts format('a credential_process that hangs is given up after %<hung>.1f s, else at most %<other>.1f s',
                  hung: hung, other: times.values.max)
      expect(hung).to be_between(59, 75)
      expect(times.values.max).to be < 20
      expect(@reports['hangs']['value']['left']).to eq([0, 0])
    end
  end
end
