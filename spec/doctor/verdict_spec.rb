# frozen_string_literal: true

require_relative '../support/doctor_context'

RSpec.describe 'bedrock-credentials, its verdict' do
  include_context 'with a doctor'

  # What a person, a program and a health check are told: they may not differ.
  #
  # @yieldparam arguments [Array<String>]
  # @yieldreturn [DoctorChild::Run]
  def verdict(*arguments)
    text = yield(*arguments)
    json = yield(*arguments, '--json')
    said = text.out[/^(?:NOT )?OK: .*\z/m].split.join(' ')
    healthy = said.start_with?('OK')
    expect([text.status, json.status]).to all(eq(healthy ? 0 : 1))
    expect(json.json).to include('healthy' => healthy, 'reason' => said[/\ANOT OK: (.*)/, 1])
    said
  end

  describe 'of an application' do
    it 'is not OK where nothing that signs is configured, whatever the chain has' do
      said = verdict { |*arguments| examine(region, *arguments, source: :environment) }
      expect(said).to eq('NOT OK: the application has not set what signs its Bedrock requests. ' \
                         'Set config.bedrock_use_aws_credentials_provider = true.')
      expect(examine(region, '--json', source: :environment).warnings).to eq(%w[nothing_signs])
    end

    { 'a key without its secret' => ['config.bedrock_api_key', 'config.bedrock_secret_key'],
      'a secret without its key' => ['config.bedrock_secret_key', 'config.bedrock_api_key'] }
      .each do |name, (set, missing)|
        it "is not OK where it has #{name}" do
          said = verdict { |*more| examine("#{region}\n#{set} = ENV['A']", *more, source: :environment, **set_in_env) }
          expect(said).to start_with("NOT OK: the application has set #{set} without #{missing}. Set #{missing}, ")
        end
      end

    it 'is not OK where there is no region, as RubyLLM reads no AWS_REGION' do
      said = verdict { |*arguments| examine(own, *arguments, 'AWS_REGION' => 'us-west-2', **set_in_env) }
      expect(said).to start_with('NOT OK: the application has not set config.bedrock_region; RubyLLM reads no ' \
                                 'AWS_REGION. Set config.bedrock_region = ')
    end

    it 'names the gravest, and warns of the other' do
      run = examine('', source: :environment)
      expect(run.out).to match(/^Warning: .*config\.bedrock_region.*^NOT OK: the application has not set what/m)
      expect(run.out.scan(/not\s+set\s+what\s+signs/).size).to eq(1)
      expect(examine('', '--json', source: :environment).warnings).to eq(%w[nothing_signs no_region])
    end

    it 'is not OK where its provider has a set that has expired' do
      said = verdict { |*more| examine("#{region}\n#{own(', expiration: Time.now - 60')}", *more, **set_in_env) }
      expect(said).to match(/\ANOT OK: \S+::Credentials gave a set that expired at [\d:]+ UTC\. Log in again, or /)
    end

    it 'is not OK where its provider fails, and says that nothing takes its place' do
      vault = "class Vault\ndef credentials = raise(IOError, 'sealed')\nend"
      provider = "#{region}\nconfig.bedrock_credentials_provider = Vault.new"
      said = verdict { |*more| examine(provider, *more, source: :environment, before: vault) }
      expect(said).to start_with('NOT OK: Vault failed, and so would each request.')
    end

    it 'is OK with a set that does not tell when it expires' do
      said = verdict { |*more| examine("#{region}\n#{own}", *more, **set_in_env) }
      expect(said).to eq('OK: RubyLLM::BedrockCredentials::Credentials signs requests.')
    end
  end

  describe 'of the chain' do
    it 'says what to set where a profile fails' do
      said = verdict { |*more| doctor(:none, *more, 'AWS_PROFILE' => 'typo') }
      expect(said).to eq('NOT OK: Profile(typo) failed, and no source after it is asked. Mend what its line says, or ' \
                         'unset what chooses it.')
    end

    it 'says what to set where the last source fails, which every machine asks' do
      aws.fault(:imds_token, :deny)
      expect(verdict { |*more| doctor(:imds, *more) })
        .to start_with('NOT OK: Ec2InstanceMetadata failed, and no other source has credentials. Set AWS_ACCESS_KEY_ID')
    end

    it 'needs no region, but for --verify' do
      expect(verdict { |*more| doctor(:environment, *more, 'AWS_REGION' => nil) }).to start_with('OK: ')
      expect(verdict(*verify) { |*arguments| doctor(:environment, *arguments, 'AWS_REGION' => nil) })
        .to start_with('NOT OK: no region is set. Set config.bedrock_region')
    end
  end

  describe 'of an API key' do
    let(:key) { { 'AWS_BEARER_TOKEN_BEDROCK' => PlantedSecrets::CANARY } }

    it 'names it as #source does, and not what the chain has' do
      run = doctor(:environment, **key)
      expect(run.out).to match(/^Credentials  a Bedrock API key, from Environment\(AWS_BEARER_TOKEN_BEDROCK\)$/)
      expect(run.out).to end_with("OK: Environment(AWS_BEARER_TOKEN_BEDROCK) authorizes requests.\n")
      expect(run.out).not_to match(/^Expires|ASIA/)
    end

    it 'is not OK where it cannot be sent' do
      said = verdict { |*more| doctor(:environment, *more, 'AWS_BEARER_TOKEN_BEDROCK' => 'é') }
      expect(said).to start_with('NOT OK: Environment(AWS_BEARER_TOKEN_BEDROCK) failed, and no source after it is')
    end
  end
end
