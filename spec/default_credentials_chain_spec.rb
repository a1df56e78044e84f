# frozen_string_literal: true

require 'aws-sdk-core'
require 'aws-sdk-s3'
require_relative 'support/child'
require_relative 'support/moto_server'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain do
  include_context 'with a chain in a child'

  let(:container) { :container_credentials }

  describe 'as an AWS credential provider' do
    it 'hands out one frozen set, all of it as the source gave it' do
      in_child(:pod_identity) do
        credentials = chain.credentials
        issued = aws.account.find(credentials.access_key_id)
        expect(credentials).to be_frozen.and have_attributes(
          secret_access_key: issued.secret_access_key, session_token: issued.session_token,
          account_id: AwsStandIn::ACCOUNT_ID, expiration: Time.at(issued.expiration.to_i), set?: true
        )
        expect([credentials.access_key_id, credentials.secret_access_key, credentials.session_token,
                credentials.account_id]).to all(be_frozen)
      end
    end

    it 'says when the set expires, who gave it, and that it is there' do
      in_child(:imds) do
        expect(chain).to have_attributes(expiration: chain.credentials.expiration, source: 'Ec2InstanceMetadata',
                                         set?: true, metrics: [])
        expect(aws.calls(:imds_credentials)).to eq(1)
      end
    end

    it 'says that there is none, and why' do
      in_child(:none) do
        expect(chain.set?).to be(false)
        expect { chain.credentials }.to raise_error(RubyLLM::BedrockCredentials::MissingCredentialsError)
        expect { chain.source }.to raise_error(RubyLLM::BedrockCredentials::MissingCredentialsError, /AWS_PROFILE/)
      end
    end

    it 'shows nothing when inspected, and asks no one for it' do
      in_child(:imds) do
        before = [chain.inspect, chain.to_s, aws.journal.counts]
        chain.credentials
        expect([before, chain.inspect]).to eq([["#<#{described_class}>", "#<#{described_class}>", {}],
                                               "#<#{described_class}>"])
      end
    end

    it 'is replaced by refresh!, which tells its failure and keeps the set' do
      in_child(:ecs_full_uri) do
        first = chain.credentials
        expect(chain.refresh!).to be_nil
        second = chain.credentials
        aws.fault(container, :deny)
        expect { chain.refresh! }.to raise_error(RubyLLM::BedrockCredentials::CredentialsSourceError, /EcsContainer/)
        expect([first.access_key_id == second.access_key_id, chain.credentials.equal?(second)]).to eq([false, false])
        expect(chain.credentials.access_key_id).to eq(second.access_key_id)
      end
    end

    it 'drops a set that was rejected, unless that is no longer the current one' do
      in_child(:ecs_full_uri) do
        rejected = chain.credentials
        expect([chain.invalidate(rejected), chain.invalidate(rejected)]).to eq([true, false])
        current = chain.credentials
        expect([chain.invalidate(rejected), chain.credentials.access_key_id]).to eq([false, current.access_key_id])
        expect(aws.calls(container)).to eq(2)
        same = Aws::Credentials.new(current.access_key_id, current.secret_access_key, current.session_token)
        expect([chain.invalidate(same), chain.credentials == current]).to eq([true, false])
      end
    end

    it 'signs for an Aws::STS::Client, each time with the current set' do
      in_child(:pod_identity) do
        provider = chain
        client = Aws::STS::Client.new(endpoint: aws.url, region: 'us-west-2', credentials: provider, retry_limit: 0)
        signed = Array.new(2) do
          expect(client.get_caller_identity.account).to eq(AwsStandIn::ACCOUNT_ID)
          provider.credentials.access_key_id.tap { provider.refresh! }
        end
        headers = aws.journal.requests(:sts_get_caller_identity).map { |request| request['authorization'] }
        expect(headers).to match([/Credential=#{signed.first}/, /Credential=#{signed.last}/])
        expect(signed.uniq.size).to eq(2)
      end
    end

    it 'signs for an Aws::S3::Client at moto, which has botocore verify it' do
      MotoServer.require!(self)
      moto = MotoServer.new(auth: true)
      user = moto.create_user('uploader', actions: %w[sts:AssumeRole])
      role = moto.create_role('uploads', actions: %w[s3:CreateBucket s3:PutObject s3:GetObject])
      in_child(:none) do
        File.write(ENV['AWS_CONFIG_FILE'] = File.join(Dir.home, 'config'), <<~INI)
          [profile uploads]
          role_arn = #{role}
          source_profile = user
          [profile user]
          aws_access_key_id = #{user.access_key_id}
          aws_secret_access_key = #{user.secret_access_key}
        INI
        ENV.update(moto.environment)
        s3 = Aws::S3::Client.new(endpoint: moto.url, region: MotoServer::REGION, force_path_style: true,
                                 retry_limit: 0, credentials: chain(profile: 'uploads'))
        s3.create_bucket(bucket: 'uploads',
                         create_bucket_configuration: { location_constraint: MotoServer::REGION })
        s3.put_object(bucket: 'uploads', key: 'k', body: 'Köln')
        expect(s3.get_object(bucket: 'uploads', key: 'k').body.read.b).to eq('Köln'.b)
        expect { s3.delete_object(bucket: 'uploads', key: 'k') }.to raise_error(Aws::S3::Errors::AccessDenied)
      end
    ensure
      moto&.stop
    end
  end

  describe 'its cache' do
    it 'is one for all objects, contexts and threads: fifty that come at once make one load' do
      in_child(:ecs_full_uri) do
        aws.fault(container, :slow, seconds: 0.3)
        stand_in
        threads = Array.new(25) { Thread.new { chain.credentials.access_key_id } }
        threads += Array.new(25) do
          Thread.new { chat(context_with(bedrock_use_aws_credentials_provider: true)).ask('Hello?') && nil }
        end
        seen = threads.map(&:value).compact.uniq
        expect([aws.calls(container), seen.size, signers.tally]).to eq([1, 1, { seen.first => 25 }])
      end
    end

    it 'is another for another profile, and for another region' do
      in_child(:ecs_full_uri) do
        2.times { [chain, chain(region: 'eu-central-1')].each(&:credentials) }
        expect { chain(profile: 'nope').credentials }.to raise_error(RubyLLM::BedrockCredentials::Error)
        expect(aws.calls(container)).to eq(2)
      end
    end
  end

  describe 'a profile chosen explicitly' do
    it 'goes ahead of the keys of the environment' do
      chosen = stand_in.account.issue
      in_child(:static_profile, set: chosen, profile: 'chosen') do
        ENV.update(keys(aws.account.issue))
        expect(chain.source).to eq('Environment')
        expect(chain(profile: 'chosen')).to have_attributes(source: 'Profile(chosen)',
                                                            credentials: have_attributes(keys_of(chosen)))
      end
    end

    it 'is an error that names it and the files where it does not exist, whoever else could answer' do
      in_child(:imds) do
        ENV.update(keys(aws.account.issue))
        ENV['AWS_CONFIG_FILE'] = '/nowhere/config'
        expect { chain(profile: 'nope').credentials }
          .to raise_error(RubyLLM::BedrockCredentials::CredentialsSourceError,
                          %r{"nope".*/nowhere/config.*\.aws/credentials})
        expect(aws.journal.counts).to eq({})
      end
    end

    def keys_of(set) = set.to_h.slice(:access_key_id, :secret_access_key, :session_token)
  end
end
