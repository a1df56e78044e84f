# frozen_string_literal: true

require_relative '../support/child'

RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'as an option of RubyLLM' do
  include_context 'with a chain in a child'

  let(:bedrock_class) { RubyLLM::Providers::Bedrock }
  let(:use) { :bedrock_use_aws_credentials_provider }

  # @return [String] the access key id that signed
  def signer(**options)
    chat(context_with(**options)).ask('Hello?')
    signers.last
  end

  describe 'among the others' do
    it 'comes after a provider that is given, and ahead of static keys' do
      in_child(:environment) do
        given, static = Array.new(2) { aws.account.issue }
        expect(signer(use => true, bedrock_credentials_provider: given, **static_keys(static)))
          .to eq(given.access_key_id)
        expect(signer(use => true, **static_keys(static))).to eq(ENV.fetch('AWS_ACCESS_KEY_ID'))
        expect(signer(**static_keys(static))).to eq(static.access_key_id)
      end
    end

    if RubyLLM::Configuration.method_defined?(:bedrock_credential_provider)
      it 'comes ahead of RubyLLM\'s own provider option' do
        in_child(:environment) do
          native = aws.account.issue
          expect(signer(use => true, bedrock_credential_provider: native)).to eq(ENV.fetch('AWS_ACCESS_KEY_ID'))
          expect(signer(use => false, bedrock_credential_provider: native)).to eq(native.access_key_id)
        end
      end
    end

    [false, nil].each do |off|
      it "is switched off by #{off.inspect}" do
        in_child(:environment) do
          static = aws.account.issue
          expect(signer(use => off, **static_keys(static))).to eq(static.access_key_id)
          expect(bedrock_class.configured?(context_with(use => off).config)).to be(false)
          expect { bedrock(context_with(use => off)) }.to raise_error(RubyLLM::ConfigurationError)
        end
      end
    end

    it 'raises where it finds nothing, and never falls back to static keys' do
      in_child(:none) do
        expect { signer(use => true, **static_keys(aws.account.issue)) }
          .to raise_error(RubyLLM::BedrockCredentials::MissingCredentialsError)
        expect(stand_in.requests).to eq(0)
      end
    end
  end

  describe 'before a request is made' do
    it 'counts as configured, whatever there is to find, and asks no one' do
      in_child(:imds) do
        config = context.config
        expect([bedrock_class.configured?(config), bedrock_class.credentials_configured?(config),
                RubyLLM::Provider.configured_providers(config).include?(bedrock_class),
                bedrock.configured?]).to all(be(true))
        expect(aws.journal.counts).to eq({})
      end
    end

    it 'needs a region all the same' do
      in_child(:imds) do
        regionless = context_with(use => true, bedrock_region: nil)
        expect(bedrock_class.configured?(regionless.config)).to be(false)
        expect { chat(regionless).ask('Hello?') }.to raise_error(RubyLLM::ConfigurationError, /bedrock_region/)
        expect(aws.journal.counts).to eq({})
      end
    end

    it 'reads no file, asks no one and starts no thread; all that begins with the first credentials' do
      in_child(:imds) do
        ENV['AWS_CONFIG_FILE'] = file = File.join(Dir.home, 'fifo').tap { |path| File.mkfifo(path) }
        stand_in
        threads = Dir.children('/proc/self/task')
        bedrock(context).configured?
        chat
        chains = [chain, chain(profile: 'piped')]
        expect([Dir.children('/proc/self/task'), aws.journal.counts]).to eq([threads, {}])
        expect { open_for_writing(file) }.to raise_error(Errno::ENXIO) # no one has it open for reading

        Thread.new { chains.last.credentials }.report_on_exception = false
        pipe = Child.wait_until { opened_by_a_reader(file) }
        comms = Dir['/proc/self/task/*/comm'].map { |path| File.read(path).chomp }
        expect(comms).to include('aws-credentials')
        pipe.close
      end
    end

    def open_for_writing(file) = File.open(file, File::WRONLY | File::NONBLOCK)

    def opened_by_a_reader(file)
      open_for_writing(file)
    rescue Errno::ENXIO
      nil
    end
  end

  describe 'the region of STS' do
    # As STS sees it, in the scope of the signature; it turns away all regions but its own.
    def region_seen
      chain(region: 'sa-east-1').refresh!
      aws.journal.requests(:sts_assume_role).last['authorization'][%r{Credential=\w+/\d+/([^/]+)/sts/}, 1]
    end

    def without_a_profile_region
      path = File.join(Dir.home, '.aws/config')
      File.write(path, File.read(path).gsub(/^region = .*\n/, ''))
    end

    {
      'AWS_REGION' => ['eu-west-1', 'eu-west-2', true],
      'AWS_DEFAULT_REGION where that is not set' => [nil, 'eu-west-2', true],
      'the profile\'s where neither is set' => [nil, nil, true],
      'bedrock_region where no one else names one' => [nil, nil, false]
    }.each do |name, (region, default, profile)|
      it "is #{name}" do
        expected = region || default || (profile ? 'eu-north-1' : 'sa-east-1')
        in_child(:assume_role, server: { region: expected }) do
          ENV.update('AWS_REGION' => region, 'AWS_DEFAULT_REGION' => default)
          without_a_profile_region
          File.write(ENV['AWS_CONFIG_FILE'] = File.join(Dir.home, 'with-region'), with_region) if profile
          expect(region_seen).to eq(expected)
        end
      end
    end

    # Of another region than those that go ahead of it.
    def with_region
      File.read(File.join(Dir.home, '.aws/config')).sub("[profile bedrock]\n", "\\0region = eu-north-1\n")
    end
  end
end
