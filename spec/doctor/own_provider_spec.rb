# frozen_string_literal: true

require 'shellwords'
require 'tmpdir'
require_relative '../support/doctor_context'

RSpec.describe 'bedrock-credentials --require, with a provider of this gem' do
  include_context 'with a doctor'

  role = 'arn:aws:iam::123456789012:role/tenant'

  def provided(code, ...)
    examine("#{region}\nconfig.bedrock_credentials_provider = RubyLLM::BedrockCredentials::#{code}", ...)
  end

  {
    'AssumeRole' => ["AssumeRole.new(role_arn: '#{role}', role_session_name: 'spec')", "AssumeRole(#{role})",
                     :environment],
    'Profile' => ["Profile.new(profile_name: 'bedrock')", 'Profile(bedrock)', :assume_role],
    'WebIdentity' => ["WebIdentity.new(role_arn: '#{role}', web_identity_token_file: " \
                      "ENV.delete('AWS_WEB_IDENTITY_TOKEN_FILE'))", "WebIdentityToken(#{role})", :web_identity],
    'DefaultCredentialsChain' => ['DefaultCredentialsChain.new', 'EcsContainer', :pod_identity]
  }.each do |name, (code, winner, source)|
    it "names the source of #{name} that answered" do
      run = provided(code, '--json', source: source)
      expect([run.err, run.status, run.outcomes]).to eq(['', 0, { "RubyLLM::BedrockCredentials::#{name}" => 'found' }])
      expect(run.json['credentials']).to include('source' => winner, 'expiration' => /Z\z/, 'next_refresh' => /Z\z/)
    end
  end

  it 'names the process that answered' do
    Dir.mktmpdir do |folder|
      command = Shellwords.split(aws.process.command(folder))
      expect(provided("ProcessCredentials.new(#{command})", '--json').json['credentials'])
        .to include('source' => 'Process')
    end
  end

  it 'says who signs, although an API key is set: a provider of its own goes first' do
    run = provided('DefaultCredentialsChain.new', *verify, source: :environment,
                                                           'AWS_BEARER_TOKEN_BEDROCK' => PlantedSecrets::CANARY)
    expect(run).to have_attributes(status: 0, out: /^Credentials .*, from Environment$.*^OK: Environment signs/m)
    expect(bedrock.accepted).to eq(1)
  end

  it 'has a screen of 80 columns, with what went wrong line by line' do
    good = provided("AssumeRole.new(role_arn: '#{role}', role_session_name: 'spec')", source: :environment)
    bad = provided("AssumeRole.new(role_arn: '#{role}', role_session_name: 'spec')")
    expect(good.out).to match(/^Credentials  ASIA.*\n {13}AssumeRole\(#{role}\)$/)
    expect(bad.out).to match(/^    Environment: not set: AWS_ACCESS_KEY_ID is not set$/)
    expect([good, bad].flat_map { |run| run.out.lines(chomp: true).map(&:length) }.max).to be <= 80
  end
end
