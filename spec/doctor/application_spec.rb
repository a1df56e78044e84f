# frozen_string_literal: true

require_relative '../support/doctor_context'

RSpec.describe 'bedrock-credentials --require' do
  include_context 'with a doctor'

  it 'examines the provider that the application was given' do
    run = examine("#{region}\n#{own}", '--json', *verify, **set_in_env)
    expect(run).to have_attributes(status: 0, err: '', warnings: [])
    expect(run.json).to include('loaded' => true, 'signs_with' => 'bedrock_credentials_provider',
                                'region' => { 'name' => 'us-west-2', 'from' => 'bedrock_region' })
    expect(run.outcomes).to eq('RubyLLM::BedrockCredentials::Credentials' => 'found')
    expect(bedrock.log.map(&:verdict)).to eq([:accepted])
  end

  it 'verifies at the application\'s own endpoint' do
    skip 'this RubyLLM has no bedrock_api_base' unless RubyLLM::Configuration.method_defined?(:bedrock_api_base)
    run = examine("#{region}\nconfig.bedrock_api_base = '#{bedrock.url}'\n#{own}", '--verify', **set_in_env)
    expect([run.status, bedrock.accepted]).to eq([0, 1])
  end

  it 'asks the chain where that is chosen' do
    run = examine("#{region}\nconfig.bedrock_use_aws_credentials_provider = true", '--json', source: :web_identity)
    expect([run.json['signs_with'], run.outcomes['WebIdentityToken']])
      .to eq(%w[bedrock_use_aws_credentials_provider found])
  end

  it 'takes a region that is a Symbol, as RubyLLM does' do
    run = examine("config.bedrock_region = :'us-west-2'\nconfig.bedrock_use_aws_credentials_provider = true",
                  '--json', *verify, source: :environment)
    expect(run).to have_attributes(status: 0, err: '')
    expect([run.json['region']['name'], bedrock.accepted]).to eq(['us-west-2', 1])
  end

  it 'warns where both options are set' do
    run = examine("#{region}\n#{own}\nconfig.bedrock_use_aws_credentials_provider = true", '--json', **set_in_env)
    expect([run.status, run.warnings]).to eq([0, %w[both_options_set]])
  end

  it 'warns of static keys beside the chain' do
    run = examine("#{region}\nconfig.bedrock_use_aws_credentials_provider = true\n" \
                  "config.bedrock_api_key = ENV['A']\nconfig.bedrock_secret_key = ENV['B']",
                  '--json', source: :environment, **set_in_env)
    expect(run.warnings).to eq(%w[option_unused])
  end

  it 'examines static keys' do
    run = examine("#{region}\nconfig.bedrock_api_key = ENV['A']\nconfig.bedrock_secret_key = ENV['B']\n" \
                  "config.bedrock_session_token = ENV['C']", '--json', **set_in_env)
    expect([run.status, run.outcomes, run.warnings]).to eq([0, { 'bedrock_api_key' => 'found' }, []])
  end

  it 'says why a provider fails, and ends with 1' do
    run = examine("#{region}\nconfig.bedrock_credentials_provider = Vault.new", before: <<~RUBY)
      class Vault
        def credentials = raise(IOError, 'sealed')
      end
    RUBY
    expect(run).to have_attributes(status: 1, out: /^Vault +failed .*sealed.*^NOT OK: Vault failed, and so would/m)
  end

  it 'says what is wrong with the credentials of a provider' do
    run = examine("#{region}\n#{own}", '--json', **set_in_env, 'B' => nil)
    expect(run).to have_attributes(status: 1)
    expect(run.json['sources'].first).to include('outcome' => 'failed', 'detail' => /secret_access_key is blank/)
  end

  it 'keeps what the application prints out of the report' do
    run = examine("#{region}\n#{own}", '--json', **set_in_env, before: <<~RUBY)
      puts 'booting'
      STDOUT.puts 'logging'
      system('echo shell')
    RUBY
    expect([run.json['healthy'], run.err]).to eq([true, "booting\nlogging\nshell\n"])
  end

  {
    'a file that is not there' => ['./nope', %r{cannot load \./nope: LoadError}],
    'a directory' => ['.', /cannot load \.: LoadError/]
  }.each do |name, (path, complaint)|
    it "refuses #{name} with 2" do
      expect(doctor(:none, '-r', path)).to have_attributes(status: 2, out: '', err: complaint)
    end
  end

  {
    'an application that raises' => ["raise KeyError, 'no DATABASE_URL'", /KeyError: no DATABASE_URL/],
    'an application that exits' => ['exit 0', /it ended the process/],
    'a provider that is none' => ['config.bedrock_credentials_provider = Object.new', /must respond to #credentials/]
  }.each do |name, (body, complaint)|
    it "refuses #{name} with 2" do
      expect(examine(body)).to have_attributes(status: 2, out: '', err: complaint)
    end
  end

  it 'does not quote the line of a syntax error, which may have a secret' do
    run = examine("config.bedrock_secret_key = '#{PlantedSecrets::CANARY}')")
    expect(run).to have_attributes(status: 2, err: /SyntaxError/)
  end

  it 'refuses a file that it may not read' do
    skip 'root may read everything' if Process.uid.zero?
    Tempfile.create(['application', '.rb']) do |file|
      file.chmod(0)
      expect(doctor(:none, '-r', file.path)).to have_attributes(status: 2, err: /cannot load/)
    end
  end
end
