# frozen_string_literal: true

require 'tmpdir'
require_relative 'support/doctor_context'

RSpec.describe 'bedrock-credentials' do
  include_context 'with a doctor'

  describe 'its screen' do
    it 'says who answered, who did not and why, and until when' do
      run = visit(:web_identity, {}) { |variables| DoctorChild.run_afresh(variables) }
      expect(run).to have_attributes(err: '', status: 0)
      expect(run.out).to match(/\A#{<<~TEXT}\z/)
        bedrock-credentials #{RubyLLM::BedrockCredentials::VERSION}, Ruby #{RUBY_VERSION}, RubyLLM #{RubyLLM::VERSION}, #{Regexp.escape(RUBY_PLATFORM)}
        Region       us-west-2 \\(AWS_REGION\\)
        Signs with   AWS's default chain \\(no application loaded; --require does\\)

        Environment          not set     +\\d+ ms  AWS_ACCESS_KEY_ID
        Profile\\(default\\)     not set     +\\d+ ms  no profile with credentials
        WebIdentityToken     found       +[\\d.]+ m?s
        EcsContainer         not tried
        Ec2InstanceMetadata  not tried

        Credentials  ASIA\\.\\.\\..{4} of account 123456789012, from WebIdentityToken
        Expires      in 60 min \\([\\d:]+ UTC\\), next refresh in 45 min
        Bedrock      not asked; --verify does

        OK: WebIdentityToken signs requests\\.
      TEXT
    end

    it 'fits 80 columns and 24 lines, whatever is wrong' do
      aws.fault(:imds_token, :hang)
      aws.fault(:container_credentials, :deny)
      shadowed = aws.environment(:web_identity).merge(keys(aws.account.issue))
      screens = [doctor(:none), doctor(:imds, 'AWS_REGION' => nil), doctor(:pod_identity, *verify),
                 doctor(shadowed, *verify), doctor(:none, 'AWS_PROFILE' => 'a-profile-that-no-one-has')].map(&:out)
      expect(screens.map { |screen| screen.lines.size }).to all(be <= 24)
      expect(screens.flat_map { |screen| screen.lines(chomp: true).map(&:length) }.max).to be <= 80
    end

    it 'says what to set where nothing is, and ends with 1' do
      expect(doctor(:none))
        .to have_attributes(status: 1, out: /^NOT OK: no source has credentials\. Set AWS_ACCESS_KEY_ID/)
    end

    it 'has the command that logs in again on a line of its own' do
      environment = aws.environment(:sso, token_lifetime: -1, refreshable: false)
      expect(doctor(environment)).to have_attributes(
        status: 1, out: /^Profile\(bedrock\) +failed .*\n.*expired.*\n +log in again with: aws sso login --profile/
      )
    end

    it 'is the same with the argument doctor' do
      screens = [doctor(:none, 'doctor'), doctor(:none)].map { |run| run.out.gsub(/ +\d+ ms/, '') }
      expect(screens.uniq.size).to eq(1)
    end
  end

  describe 'its options' do
    it 'are told by --help, with the exit statuses' do
      run = visit(:none, {}) { |variables| DoctorChild.run_afresh(variables, '--help') }
      expect(run).to have_attributes(status: 0, err: '', out: /^Usage: bedrock-credentials .*^Exit status/m)
      expect(run.out.lines.map(&:length).max).to be <= 81
    end

    it 'print the version' do
      expect(doctor(:none, '--version').out).to eq("#{RubyLLM::BedrockCredentials::VERSION}\n")
    end

    it 'ask one profile alone, and another region' do
      run = doctor(aws.environment(:assume_role).merge(keys(aws.account.issue)), '--json', '--profile', 'user',
                   '--region', 'eu-west-1')
      expect(run.outcomes).to include('Environment' => 'skipped', 'Profile(user)' => 'found')
      expect(run.json).to include('signs_with' => 'profile', 'profile' => 'user',
                                  'region' => { 'name' => 'eu-west-1', 'from' => '--region' })
    end

    {
      %w[--nope] => /invalid option: --nope/, %w[--region] => /missing argument: --region/,
      ['--region', ' '] => /--region is blank/, ['--profile', ''] => /--profile is blank/,
      %w[doctor twice] => /unknown argument: twice/, %w[--verify=1] => /needless argument/,
      %w[--endpoint-url ftp://example.com] => /--endpoint-url must be a URL with http or https/,
      %w[--endpoint-url http://user:Canary7NeverToBeShown42aAbBcC@example.com] => /must have no user name or password/,
      ['--endpoint-url', 'http://a b'] => /--endpoint-url is no URL/
    }.each do |arguments, complaint|
      it "are refused with 2 where they are #{arguments.join(' ')}" do
        expect(doctor(:environment, *arguments)).to have_attributes(status: 2, out: '', err: complaint)
      end
    end
  end

  it 'says so, without a backtrace, where the gem itself cannot be loaded' do
    Dir.mktmpdir do |folder|
      File.write("#{folder}/ruby_llm.rb", "raise LoadError, 'cannot load such file -- faraday'")
      run = DoctorChild.run_afresh({ 'RUBYOPT' => "-I#{folder}" })
      expect(run.to_a).to eq(['', "bedrock-credentials: cannot load such file -- faraday\n", 1])
    end
  end

  it 'says so in one line where this RubyLLM is none that the gem works with' do
    Dir.mktmpdir do |folder|
      File.write("#{folder}/ruby_llm.rb", <<~RUBY)
        $LOAD_PATH.delete(__dir__)
        require 'ruby_llm'
        RubyLLM::Providers::Bedrock.undef_method(:sign_headers)
      RUBY
      run = DoctorChild.run_afresh({ 'RUBYOPT' => "-I#{folder}" })
      expect(run).to have_attributes(out: '', status: 1, err: /\Abedrock-credentials: .* finds no .*sign_headers.*\n\z/)
    end
  end

  it 'is loaded by nothing but itself' do
    script = 'puts $LOADED_FEATURES.grep(%r{credentials/doctor|optparse})'
    out, = Open3.capture2(RbConfig.ruby, '-Ilib', '-rruby_llm-bedrock_credentials', '-e', script)
    expect(out).to eq('')
  end
end
