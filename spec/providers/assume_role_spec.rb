# frozen_string_literal: true

require 'aws-sdk-core'
require 'support/providers'

RSpec.describe RubyLLM::BedrockCredentials::AssumeRole do
  include_context 'with providers in a child'

  let(:source_error) { RubyLLM::BedrockCredentials::CredentialsSourceError }
  let(:missing) { RubyLLM::BedrockCredentials::MissingCredentialsError }

  describe 'as an AWS credential provider' do
    it 'hands out one frozen set, all of it as STS gave it, and says whose it is' do
      in_child(:none) do
        provider = role
        credentials = provider.credentials
        issued = aws.account.find(credentials.access_key_id)
        expect(credentials).to be_frozen.and have_attributes(
          secret_access_key: issued.secret_access_key, session_token: issued.session_token,
          account_id: AwsStandIn::ACCOUNT_ID, expiration: Time.at(issued.expiration.to_i)
        )
        expect(provider).to have_attributes(source: "AssumeRole(#{arn('tenant')})", set?: true, metrics: [],
                                            expiration: credentials.expiration, role_arn: arn('tenant'))
        expect([aws.calls(assumed), provider.credentials.equal?(credentials)]).to eq([1, true])
      end
    end

    it 'shows the role when inspected, no secret, and asks no one for it' do
      in_child(:none) do
        provider = role(external_id: 'shown-to-no-one', policy: { Version: '2012-10-17' })
        expect([provider.inspect, provider.to_s].uniq)
          .to eq([%(#<#{described_class} role_arn="#{arn('tenant')}", role_session_name="spec">)])
        expect(aws.journal.counts).to eq({})
      end
    end

    it 'signs for an Aws client, and is replaced by refresh!' do
      in_child(:none) do
        provider = role
        client = Aws::STS::Client.new(endpoint: aws.url, region: 'us-west-2', credentials: provider, retry_limit: 0)
        ids = Array.new(2) do
          client.get_caller_identity
          provider.credentials.access_key_id.tap { provider.refresh! }
        end
        seen = aws.journal.requests(:sts_get_caller_identity).map { |r| r['authorization'][/Credential=(\w+)/, 1] }
        expect([seen, ids.uniq.size]).to eq([ids, 2])
      end
    end

    it 'keeps its set where a refresh fails, which it tells with the cause' do
      in_child(:none) do
        provider = role
        first = provider.credentials
        aws.fault(assumed, :deny)
        expect { provider.refresh! }
          .to raise_error(source_error, /AssumeRole\(#{arn('tenant')}\): failed: answered HTTP 403: AccessDenied: /)
        expect(provider.credentials).to equal(first)
        expect(provider.drain_events.map { |event| event.slice(:event, :kept) })
          .to eq([{ event: :resolve }, { event: :refresh_failed, kept: true }])
      end
    end
  end

  describe 'its source' do
    it 'is the default chain where none is given, whose cache all roles share' do
      in_child(:ecs_full_uri) do
        ids = Array.new(5) { |n| role("tenant-#{n}", source: nil).credentials.access_key_id }
        expect([roles_of(ids), aws.calls(:container_credentials), askers.uniq.size])
          .to eq([Array.new(5) { |n| "tenant-#{n}" }, 1, 1])
      end
    end

    it 'is any object with #credentials, called once for each load, on a thread that ends' do
      in_child(:none) do
        source = CountingSource.new { user }
        provider = role(source: source)
        threads = Thread.list.size
        Array.new(20) { Thread.new { provider.credentials } }.each(&:join)
        2.times { provider.refresh! }
        expect([source.reads, aws.calls(assumed), askers.uniq.size]).to eq([3, 3, 3])
        Child.wait_until { Thread.list.size == threads }
        expect(source.threads).not_to include(Thread.current)
      end
    end

    it 'may be a provider of aws-sdk-core' do
      in_child(:ecs_full_uri) do
        source = Aws::CredentialProviderChain.new.resolve
        role(source: source).credentials
        expect(askers).to eq([source.credentials.access_key_id])
      end
    end

    it 'may be another role, of a role, of a Ruby object' do
      in_child(:none) do
        root = CountingSource.new { user }
        provider = role('third', source: role('second', source: role('first', source: root)))
        expect(roles_of([provider.credentials.access_key_id, *askers])).to eq(['third', nil, 'first', 'second'])
        provider.refresh!
        expect([root.reads, aws.calls(assumed)]).to eq([1, 4])
      end
    end

    it 'may be any other provider of this gem, which is asked with no Ruby thread' do
      in_child(:none) do
        [web_identity, process, role].each do |source|
          role('tenant', source: source).credentials
          expect(askers.last).to eq(source.credentials.access_key_id)
        end
        expect([aws.calls(:sts_assume_role_with_web_identity), aws.calls(:process_credentials)]).to eq([1, 1])
      end
    end

    it 'is asked for another set where STS knows its set no longer, within the same load' do
      in_child(:none) do
        base = web_identity
        first = base.credentials
        aws.account.revoke(first)
        expect(roles_of([role('tenant', source: base).credentials.access_key_id])).to eq(['tenant'])
        expect(askers).to eq([first.access_key_id, base.credentials.access_key_id])
      end
    end

    it 'is asked for another set by the load after that where a Ruby object is behind it' do
      in_child(:none) do
        base = role('base')
        tenant = role('tenant', source: base)
        aws.account.revoke(base.credentials)
        expect { tenant.credentials }.to raise_error(source_error, /InvalidClientTokenId/)
        tenant.refresh!
        expect(roles_of([tenant.credentials.access_key_id, *askers])).to eq(['tenant', nil, 'base', nil, 'base'])
      end
    end

    it 'is named, with what it raised, and asked again when it has recovered' do
      in_child(:none) do
        broken = true
        source = CountingSource.new { broken ? raise(IOError, 'the vault is sealed') : user }
        provider = role(source: source)
        expect { provider.credentials }
          .to raise_error(source_error, /AssumeRole.*its source: CountingSource#credentials raised IOError: the va/)
        broken = false
        provider.refresh!
        expect([provider.set?, source.reads, aws.calls(assumed)]).to eq([true, 2, 1])
      end
    end

    it 'is an error where it gives nothing, or what cannot sign, and STS is not asked' do
      in_child(:none) do
        blank = Aws::Credentials.new('', 'secret/canary')
        { nil => /returned nil/, blank => /access_key_id is blank/, Object.new => /an? Object, which has no #access/ }
          .each do |given, reason|
            expect { role(source: CountingSource.new { given }).credentials }.to raise_error(source_error, reason)
          end
        expect(aws.journal.counts).to eq({})
      end
    end

    it 'tells what to set where the default chain finds nothing' do
      in_child(:none) do
        expect { role(source: nil).credentials }
          .to raise_error(missing, /AssumeRole\(.*\) has nothing to ask STS with: no AWS.*Environment: not set/m)
        expect(role(source: nil).set?).to be(false)
      end
    end

    it 'ends with a thread of its own where it calls exit, and those who wait are told' do
      status, _, errors = Child.ruby({ 'AWS_REGION' => 'us-west-2' }, <<~RUBY)
        source = Object.new.tap { |object| def object.credentials = exit(3) }
        role = RubyLLM::BedrockCredentials::AssumeRole.new(role_arn: '#{arn('tenant')}', role_session_name: 'spec', source: source)
        role.credentials rescue warn($!.class)
        sleep(5)
      RUBY
      expect([status.exitstatus, errors]).to match([3, /\A(RubyLLM::BedrockCredentials::CredentialsSourceError\n)?\z/])
    end
  end

  describe 'the region of STS' do
    def region_seen(**options)
      role(**options).credentials
      aws.journal.requests(assumed).last['authorization'][%r{/\d+/([^/]+)/sts/}, 1]
    end

    it 'is the one given, else the environment\'s, else the profile\'s' do
      in_child(:none, server: { region: 'eu-west-1' }) do
        ENV['AWS_REGION'] = 'us-east-1'
        expect(region_seen(region: 'eu-west-1')).to eq('eu-west-1')
        ENV['AWS_REGION'] = 'eu-west-1'
        expect(region_seen).to eq('eu-west-1')
        ENV.delete('AWS_REGION')
        File.write(ENV['AWS_CONFIG_FILE'] = File.join(Dir.home, 'config'), "[default]\nregion = eu-west-1\n")
        expect(region_seen).to eq('eu-west-1')
      end
    end

    it 'is an error that says what to set where there is none' do
      in_child(:none) do
        ENV.delete('AWS_REGION')
        expect { role.credentials }.to raise_error(source_error, /STS needs a region: give one, or set AWS_REGION or/)
      end
    end

    it 'is asked at its own endpoint' do
      in_child(:none) do
        ENV.keys.grep(/ENDPOINT_URL/).each { |name| ENV.delete(name) }
        ENV['HTTPS_PROXY'] = 'http://127.0.0.1:1'
        ENV['AWS_ENDPOINT_URL_STS'] = aws.url
        expect(region_seen).to eq('us-west-2')
      end
    end
  end
end
