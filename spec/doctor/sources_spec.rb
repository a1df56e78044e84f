# frozen_string_literal: true

require_relative '../support/doctor_context'

RSpec.describe 'bedrock-credentials --json' do
  include_context 'with a doctor'

  {
    environment: 'Environment', assume_role: 'Profile(bedrock)', sso: 'Profile(bedrock)', login: 'Profile(bedrock)',
    process: 'Profile(bedrock)', web_identity: 'WebIdentityToken', pod_identity: 'EcsContainer',
    imds: 'Ec2InstanceMetadata'
  }.each do |source, name|
    it "finds #{source} by the name of #{name}" do
      run = doctor(source, '--json')
      expect(run).to have_attributes(status: 0, err: '')
      expect(run.json).to include('schema' => 1, 'healthy' => true, 'warnings' => [], 'verification' => nil)
      expect(run.outcomes).to include(name => 'found')
      expect(run.json['credentials']).to include('source' => name, 'access_key_id' => /\AASIA\.\.\..{4}\z/)
    end
  end

  it 'gives the seconds of each source, and none for those that were not asked' do
    aws.fault(:container_credentials, :slow, seconds: 1)
    seconds = doctor(:pod_identity, '--json').json['sources'].to_h { |source| source.values_at('name', 'seconds') }
    expect(seconds).to include('EcsContainer' => be_between(1, 60), 'Ec2InstanceMetadata' => nil)
    expect(seconds['Environment']).to be < seconds['EcsContainer']
  end

  it 'gives the expiration, and the next refresh a quarter of an hour before it' do
    found = doctor(:web_identity, '--json').json['credentials']
    expiration, refresh = found.values_at('expiration', 'next_refresh').map { |time| Time.iso8601(time) }
    expect(expiration).to be_within(60).of(Time.now + 3600)
    expect(expiration - refresh).to be_within(1).of(15 * 60)
  end

  it 'calls an answer that has expired a failure' do
    aws.fault(:container_credentials, :expired)
    run = doctor(:pod_identity, '--json')
    expect([run.status, run.json['credentials'], run.outcomes['EcsContainer']]).to eq([1, nil, 'failed'])
  end

  describe 'its warnings' do
    it 'name static keys that shadow a web identity' do
      run = doctor(aws.environment(:web_identity).merge(keys(aws.account.issue)), '--json')
      expect([run.status, run.warnings]).to eq([0, %w[static_keys_shadow_web_identity]])
      expect(run.outcomes).to include('Environment' => 'found', 'WebIdentityToken' => 'shadowed')
    end

    it 'name any other source that is set up and comes too late' do
      container = aws.environment(:pod_identity).select { |name, _| name.start_with?('AWS_CONTAINER_') }
      run = doctor(aws.environment(:web_identity).merge(container), '--json')
      expect([run.warnings, run.outcomes['EcsContainer']]).to eq([%w[source_shadowed], 'shadowed'])
    end

    it 'name a profile that does not exist' do
      run = doctor(:none, '--json', 'AWS_PROFILE' => 'typo')
      expect([run.status, run.warnings, run.outcomes['Profile(typo)']]).to eq([1, %w[profile_not_found], 'failed'])
    end

    it 'name a region that is missing' do
      expect(doctor(:environment, '--json', 'AWS_REGION' => nil).warnings).to eq(%w[no_region])
    end

    it 'name a temporary key without its session token' do
      expect(doctor(keys_without_token, '--json').warnings).to eq(%w[no_session_token])
    end

    it 'name an API key, which is as good as credentials' do
      run = doctor(:none, '--json', 'AWS_BEARER_TOKEN_BEDROCK' => PlantedSecrets::CANARY)
      expect([run.status, run.warnings, run.json['api_key']]).to eq([0, %w[api_key], true])
    end

    it 'name an API key that cannot be sent, and take nothing in its place' do
      run = doctor(:environment, '--json', 'AWS_BEARER_TOKEN_BEDROCK' => "#{PlantedSecrets::CANARY} é")
      expect([run.status, run.outcomes['Environment(AWS_BEARER_TOKEN_BEDROCK)'], run.json['credentials']])
        .to eq([1, 'failed', nil])
    end

    it 'name the hop limit where metadata answers a GET, and not the PUT for its token' do
      aws.fault(:imds_token, :hang)
      expect(doctor(:imds, '--json')).to have_attributes(status: 1, warnings: %w[metadata_hop_limit])
      expect(doctor(:assume_role_with_imds, '--json').warnings).to eq(%w[metadata_hop_limit])
    end

    it 'do not where metadata answers nothing at all, or is not there' do
      silent = HttpServer.new { HttpServer::Absent.new }
      expect(doctor(:imds, '--json', 'AWS_EC2_METADATA_SERVICE_ENDPOINT' => silent.url).warnings).to eq([])
      expect(doctor(:imds, '--json', 'AWS_EC2_METADATA_SERVICE_ENDPOINT' => 'http://127.0.0.1:1').warnings).to eq([])
    ensure
      silent&.stop
    end

    def keys_without_token = aws.environment(:none).merge(keys(aws.account.issue).except('AWS_SESSION_TOKEN'))
  end
end
