# frozen_string_literal: true

require 'support/providers'

# Profile, WebIdentity and ProcessCredentials.
RSpec.describe RubyLLM::BedrockCredentials, 'providers of one source' do
  include_context 'with providers in a child'

  let(:source_error) { RubyLLM::BedrockCredentials::CredentialsSourceError }

  describe described_class::Profile do
    it 'goes ahead of the keys of the environment, and has what the profile leads to' do
      in_child(:assume_role) do
        ENV.update(keys(aws.account.issue))
        provider = described_class.new(profile_name: 'bedrock')
        expect(provider).to have_attributes(source: 'Profile(bedrock)', set?: true)
        expect(roles_of([provider.credentials.access_key_id])).to eq(['bedrock-role'])
      end
    end

    it 'is that of AWS_PROFILE where it is not named, at each load' do
      in_child(:assume_role) do
        ENV.update(keys(aws.account.issue))
        provider = described_class.new
        expect(provider.source).to eq('Profile(bedrock)')
        ENV['AWS_PROFILE'] = 'user'
        provider.refresh!
        expect(provider.source).to eq('Profile(user)')
      end
    end

    it 'is an error where it does not exist, which speaks of no other source' do
      in_child(:imds) do
        expect { described_class.new(profile_name: 'nope').credentials }
          .to raise_error(RubyLLM::BedrockCredentials::CredentialsSourceError,
                          /\AProfile\(nope\) could not provide AWS credentials\n  Profile\(nope\): failed: .*\z/)
        expect(aws.journal.counts).to eq({})
      end
    end

    it 'has a cache of its own' do
      in_child(:process) do
        2.times { 2.times.map { described_class.new(profile_name: 'bedrock') }.each(&:credentials) }
        expect(aws.calls(:process_credentials)).to eq(4)
      end
    end
  end

  describe described_class::WebIdentity do
    it 'reads the token anew for each load' do
      in_child(:none) do
        provider = web_identity
        first = provider.credentials
        aws.sts.web_identity.rotate
        provider.refresh!
        expect(provider.source).to eq("WebIdentityToken(#{arn('pod')})")
        expect([provider.credentials == first, aws.journal.refusals]).to eq([false, []])
      end
    end

    it 'names the file that it cannot read, and shows nothing of one it can' do
      in_child(:none) do
        missing = described_class.new(role_arn: arn('pod'), web_identity_token_file: '/nowhere/token')
        expect { missing.credentials }
          .to raise_error(source_error, %r{WebIdentityToken\(.*\): failed: web_identity_token_file: cannot read "/nowh})
        other = File.join(Dir.home, 'other').tap { |path| File.write(path, 'token/canary') }
        expect { described_class.new(role_arn: arn('pod'), web_identity_token_file: other).credentials }
          .to raise_error(source_error, /InvalidIdentityToken: (?!.*canary)/)
      end
    end
  end

  describe described_class::ProcessCredentials do
    it 'runs a program with its arguments as they are, or a line of the shell' do
      in_child(:none) do
        json = { Version: 1, AccessKeyId: 'AKIDPROCESS', SecretAccessKey: '$HOME "quoted"; exit 1' }.to_json
        program = described_class.new(['printf', '%s', json])
        expect(program.credentials.secret_access_key).to eq('$HOME "quoted"; exit 1')
        expect([program.source, program.expiration]).to eq(['Process', nil])
        answer = '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"s"}'
        line = described_class.new("printf '#{answer}' AKID$((6*7))")
        expect(line.credentials.access_key_id).to eq('AKID42')
      end
    end

    it 'is run once for the threads that wait, and again for the next set' do
      in_child(:none) do
        provider = process
        Array.new(20) { Thread.new { provider.credentials } }.each(&:join)
        provider.refresh!
        expect(aws.calls(:process_credentials)).to eq(2)
      end
    end

    it 'tells why the program failed, and no argument of it' do
      in_child(:none) do
        expect { described_class.new(['sh', '-c', 'echo sealed >&2; exit 2', 'canary']).credentials }
          .to raise_error(source_error, /\AProcess could not .*Process: failed: .*exit status: 2.*sealed(?!.*canary)/m)
        expect { described_class.new(['/nowhere/program', 'canary']).credentials }
          .to raise_error(source_error, /could not be run: No such file(?!.*canary)/)
      end
    end
  end
end
