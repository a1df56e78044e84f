# frozen_string_literal: true

require 'support/chat_child/peers'
require 'support/planted_secrets'

# Every source with every trouble it can be in, each in a process of its own.
RSpec.describe RubyLLM::BedrockCredentials::CredentialsSourceError do
  # Seconds: the network's time altogether, and what a busy machine adds.
  bound = 15 + 10
  sources = {
    imds: 'Ec2InstanceMetadata', ecs_full_uri: 'EcsContainer', pod_identity: 'EcsContainer',
    assume_role: 'Profile(bedrock)', web_identity: 'WebIdentityToken', sso: 'Profile(bedrock)',
    login: 'Profile(bedrock)', process: 'Profile(bedrock)'
  }
  container = %i[ecs_full_uri pod_identity]
  sts = %i[assume_role web_identity]
  # What is wrong, and what each says of it; where none is named, any reason will do. (Hangs first: they take longest.)
  troubles = {
    hang: { %i[ecs_full_uri pod_identity assume_role web_identity sso login] => /no answer within|timed out|timeout/ },
    throttle: { container => /429/, sts => /HTTP 400: Throttling: Rate exceeded/, [:sso] => /429/,
                [:login] => /TooManyRequestsError/, [:process] => /Rate exceeded/, [:imds] => /token/ },
    server_error: { container => /500/, sts => /HTTP 500: InternalFailure/, [:sso] => /HTTP 500/,
                    [:login] => /InternalServer/, [:process] => /Internal failure/, [:imds] => /token/ },
    deny: { container => /403/, sts => /HTTP 403: AccessDenied: User is not authorized to perform: sts:AssumeRole/,
            [:sso] => /HTTP 403: ForbiddenException/, [:login] => /insufficient permissions/,
            [:process] => /exit status: 1; it wrote to stderr: Access denied: log in first/,
            [:imds] => /IMDS is disabled or the caller has insufficient permissions/ },
    cut: { sources.keys - [:process] => /end of file before message length reached/,
           [:process] => /did not answer with a JSON object/ },
    html: { container => /invalid JSON/, sts => /error parsing XML/, %i[sso login] => /unexpected token/,
            [:process] => /did not answer with a JSON object/, [:imds] => /TTL header/ },
    truncated: { container => /unexpected end of stream/, %i[sso login] => /unexpected end of stream/,
                 [:process] => /did not answer with a JSON object/, [:imds] => /HTTP 401|end of stream/, sts => // },
    missing: { sources.keys => /Secret ?(?:Access)?_?Key/i },
    expired: { sources.keys - [:imds] => /answered with AWS credentials that expired at \d{4}-.*clock right\?/ },
    dead: { sources.keys - %i[imds process] => /Connection refused/ }
  }
  cases = troubles.flat_map do |trouble, says|
    says.flat_map { |names, pattern| names.map { |source| [[trouble, source], pattern] } }
  end

  before(:all) do
    @peers = troubles.keys.to_h { |trouble| [trouble, in_trouble(trouble)] }
    @environments = cases.to_h { |(trouble, source), _| [[trouble, source], environment(trouble, source)] }
    @reports = ChatChild.run_each(@environments, "chat.ask('Hi')", patience: 120)
    slowest = @reports.max_by { |_, report| report['seconds'] }
    puts format('%<count>d failures; the slowest, %<name>s, took %<seconds>.1f s',
                count: @reports.size, name: slowest.first.join(' '), seconds: slowest.last['seconds'])
  end

  after(:all) { @peers.each_value(&:stop) }

  def in_trouble(trouble)
    ChatChild::Peers.new.tap do |peers|
      next if trouble == :dead
      next peers.aws.fault(:all, trouble) unless trouble == :expired

      %i[container sso sts signin process].each { |service| peers.aws.fault(service, trouble) }
    end
  end

  def environment(trouble, source)
    peers = @peers.fetch(trouble)
    environment = peers.environment(source)
    return environment unless trouble == :dead

    @free ||= TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] }
    environment.transform_values { |value| value&.sub(peers.aws.url, "http://127.0.0.1:#{@free}") }
  end

  cases.each do |(trouble, source), pattern|
    describe "#{source} in trouble: #{trouble}" do
      let(:report) { @reports.fetch([trouble, source]) }
      let(:error) { report.fetch('error') }

      it 'says which source failed and why, and what became of the others' do
        expect(error).to include('class' => described_class.name, 'ruby_llm' => true)
        expect(error['message']).to start_with(sources.fetch(source)).and match(pattern)
        next if error['message'].include?('expired at')

        lines = error['message'].lines(chomp: true).drop(1)
        expect(lines.map { |line| line[/\A  (\w+)/, 1] })
          .to eq(%w[Environment Profile WebIdentityToken EcsContainer Ec2InstanceMetadata])
        expect(lines.grep(/: failed: /)).to match([include(sources.fetch(source))])
      end

      it "is raised within #{bound} s, and shows no secret" do
        expect(report['seconds']).to be < bound
        texts = [*error.values_at('message', 'full_message', 'inspect'), report['log']]
        expect(PlantedSecrets.shown(texts, @peers.fetch(trouble).aws, [@environments.fetch([trouble, source])]))
          .to eq([])
      end
    end
  end

  it 'does not send anyone to log in again because of an outage' do
    outages = %i[throttle server_error cut html dead].product(%i[sso login])
    told = outages.select { |name| @reports.fetch(name)['error']['message'].include?('log in again') }
    expect(told).to eq([])
  end
end
