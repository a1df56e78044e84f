# frozen_string_literal: true

require 'support/chat_child/peers'
require 'support/connect_proxy'
require 'support/planted_secrets'
require 'support/private_authority'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'on the network' do
  let(:authority) { PrivateAuthority.new }
  let(:peers) { ChatChild::Peers.new(tls: authority.context) }
  let(:plain) { ChatChild::Peers.new }
  let(:proxy) { ConnectProxy.new(target: peers.aws.server.port) }
  # A home directory goes with the stand-in that made it.
  let(:trust) { { 'AWS_CA_BUNDLE' => bundle(authority.to_pem) } }
  let(:ask) { "chat.ask('Hi'); chain.source" }

  after { [proxy, peers, plain].each(&:stop) }

  def bundle(text) = File.join(peers.environment(:none)['HOME'], 'bundle.pem').tap { |path| File.write(path, text) }

  def run_each(environments) = ChatChild.run_each(environments, ask)

  def message(report) = report.dig('error', 'message').to_s

  describe 'AWS_CA_BUNDLE' do
    let(:sources) { %i[assume_role web_identity sso login ecs_full_uri] }
    let(:environments) { sources.to_h { |source| [source, peers.environment(source)] } }

    it 'is whom every source that speaks TLS trusts' do
      reports = run_each(environments.transform_values { |environment| environment.merge(trust) })
      expect(reports.transform_values { |report| report['error'] }.compact).to eq({})
      expect(peers.aws.journal.refusals).to eq([])
      expect(peers.bedrock).to have_attributes(rejections: {}, accepted: sources.size)
    end

    it 'is missed clearly where it is not set' do
      run_each(environments).each_value do |report|
        expect(report['error']).to include('class' => 'RubyLLM::BedrockCredentials::CredentialsSourceError',
                                           'message' => match(/certificate/i))
      end
      expect(peers.aws.journal.counts).to eq({})
    end

    it 'replaces the system\'s authorities, and may come from the profile' do
      profile = peers.environment(:web_identity_profile)
      config = File.join(profile['HOME'], '.aws/config')
      File.write(config, "#{File.read(config)}ca_bundle = #{bundle(authority.to_pem)}\n")
      reports = run_each(profile: profile, other: peers.environment(:web_identity)
                                                       .merge('AWS_CA_BUNDLE' => bundle(PrivateAuthority.new.to_pem)))
      expect(reports[:profile]).to include('error' => nil, 'value' => 'Profile(bedrock)')
      expect(message(reports[:other])).to match(/certificate/i)
    end

    it 'is named by the error where it cannot be read or holds nothing' do
      environment = peers.environment(:web_identity)
      reports = run_each(absent: environment.merge('AWS_CA_BUNDLE' => '/nowhere/bundle.pem'),
                         junk: environment.merge('AWS_CA_BUNDLE' => bundle("-----BEGIN CERTIFICATE-----\njunk\n")))
      expect(message(reports[:absent])).to match(%r{AWS_CA_BUNDLE: cannot read /nowhere/bundle\.pem: No such file})
      expect(message(reports[:junk])).to match(/AWS_CA_BUNDLE: .* holds no certificates/)
    end
  end

  describe 'HTTPS_PROXY' do
    # By the names that AWS's endpoints have.
    def by_name(source, **variables)
      environment = peers.environment(source).reject { |name, _| name.start_with?('AWS_ENDPOINT_URL') }
      environment.merge(trust, 'HTTPS_PROXY' => proxy.url).merge(variables.transform_keys(&:to_s))
    end

    it 'is how STS, SSO and sign-in are reached' do
      reports = run_each(%i[web_identity sso login].to_h { |source| [source, by_name(source)] })
      expect(reports.transform_values { |report| report['error'] }.compact).to eq({})
      hosts = %w[sts.us-west-2.amazonaws.com portal.sso.us-west-2.amazonaws.com us-west-2.signin.aws.amazon.com]
      expect(proxy.lines).to match_array(hosts.map { |host| "CONNECT #{host}:443 HTTP/1.1" })
    end

    it 'is told a name and a password, which no one else is' do
      user = "spec:#{PlantedSecrets::CANARY}"
      closed = ConnectProxy.new(target: peers.aws.server.port, status: 407)
      reports = run_each(open: by_name(:web_identity, HTTPS_PROXY: proxy.url(user: user)),
                         closed: by_name(:web_identity, HTTPS_PROXY: closed.url(user: user)),
                         wrong: by_name(:web_identity, HTTPS_PROXY: "http://#{user}@[wrong"))
      expect([reports[:open]['error'], proxy.authorizations]).to eq([nil, ["Basic #{[user].pack('m0')}"]])
      expect(message(reports[:wrong])).to include('HTTPS_PROXY is not a proxy\'s URL')
      expect(message(reports[:closed])).to match(/proxy/i)
      expect(reports.to_s).not_to include(PlantedSecrets::CANARY)
    ensure
      closed&.stop
    end

    it 'is not used for what NO_PROXY names' do
      reports = run_each(all: peers.environment(:web_identity).merge(trust, 'HTTPS_PROXY' => proxy.url),
                         none: peers.environment(:web_identity)
                                    .merge(trust, 'HTTPS_PROXY' => proxy.url, 'NO_PROXY' => '127.0.0.1'))
      expect(reports.values.map { |report| report['error'] }).to eq([nil, nil])
      expect(proxy.lines).to eq(["CONNECT 127.0.0.1:#{peers.aws.server.port} HTTP/1.1"])
    end

    it 'leaves no one waiting where it is dead' do
      free = TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] }
      report = run_each(dead: by_name(:web_identity, HTTPS_PROXY: "http://127.0.0.1:#{free}"))[:dead]
      expect(message(report)).to match(/Connection refused/)
      expect(report['seconds']).to be < 10
    end
  end

  it 'asks instance and container metadata without any proxy' do
    names = %w[HTTP_PROXY http_proxy HTTPS_PROXY https_proxy ALL_PROXY all_proxy]
    proxies = names.to_h { |name| [name, proxy.url] }
    reports = run_each(%i[imds ecs_full_uri pod_identity].to_h do |source|
      [source, plain.environment(source).merge(proxies)]
    end.merge(tls: peers.environment(:ecs_full_uri).merge(trust, proxies)))
    expect(reports.transform_values { |report| report['error'] }.compact).to eq({})
    expect(proxy.lines).to eq([])
  end

  it 'does not ask instance metadata where AWS_EC2_METADATA_DISABLED says so' do
    environment = plain.environment(:imds)
    reports = run_each(on: environment.merge('AWS_EC2_METADATA_DISABLED' => 'TRUE'), off: environment)
    expect(reports[:on]['error']).to include('class' => 'RubyLLM::BedrockCredentials::MissingCredentialsError',
                                             'message' => include('AWS_EC2_METADATA_DISABLED'))
    expect(reports[:off]['value']).to eq('Ec2InstanceMetadata')
    expect(plain.aws.calls(:imds_token)).to eq(1)
  end
end
