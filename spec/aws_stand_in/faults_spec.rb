# frozen_string_literal: true

require 'aws-sdk-core'
require 'net/http'
require 'timeout'
require 'support/aws_stand_in'

RSpec.describe AwsStandIn, 'faults' do
  let(:stand_in) { described_class.new }
  let(:path) { described_class::ContainerCredentials::POD_IDENTITY_PATH }

  after { stand_in.stop }

  # Unless told otherwise Net::HTTP takes a body that ends early for a whole one.
  def call(read_timeout: 5)
    options = { read_timeout: read_timeout, max_retries: 0, ignore_eof: false }
    Net::HTTP.start('127.0.0.1', stand_in.server.port, **options) do |http|
      http.get(path, 'Authorization' => stand_in.container.authorization.token)
    end
  end

  def seconds
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
  end

  def known = stand_in.account.find(JSON.parse(call.body).fetch('AccessKeyId'))

  it 'is slow' do
    stand_in.fault(:container, :slow, seconds: 0.1)
    expect(seconds { expect(call.code).to eq('200') }).to be >= 0.1
  end

  it 'hangs, until the client has enough' do
    stand_in.fault(:container, :hang)
    expect { call(read_timeout: 0.05) }.to raise_error(Net::ReadTimeout)
    # The client may have had enough before its request was read.
    Timeout.timeout(20) { sleep(0.01) until stand_in.calls(:container_credentials) == 1 }
  end

  it 'stops at once while a client is left hanging, or waiting' do
    stand_in.fault(:container, :hang, times: 1)
    hanging = Thread.new do
      call(read_timeout: 60)
    rescue EOFError, Errno::ECONNRESET => e
      e
    end
    Thread.pass until stand_in.calls(:container_credentials) == 1
    expect(seconds { stand_in.stop }).to be < 1
    expect(hanging.value).to be_a(StandardError)
  end

  it 'cuts the connection in the middle of the body' do
    stand_in.fault(:container, :cut)
    expect { call }.to raise_error(EOFError)
  end

  it 'throttles, denies and fails in the words of each service' do
    codes = lambda do |kind|
      stand_in.fault(:all, kind)
      %w[/latest/api/token /v1/credentials /federation/credentials /token /v1/token].map do |path|
        Net::HTTP.get_response(URI(stand_in.url + path)).code
      end + [Net::HTTP.post(URI("#{stand_in.url}/"), 'Action=AssumeRole').code]
    end
    expect(codes[:throttle]).to eq(%w[503 429 429 400 429 400])
    expect(codes[:deny]).to eq(%w[403 403 403 400 403 403])
    expect(codes[:server_error].uniq).to eq(['500'])
  end

  it 'is understood by AWS when it throttles and denies' do
    options = { endpoint: stand_in.url, region: 'us-west-2', credentials: nil, retry_limit: 0 }
    role = { role_arn: described_class::Environments::ROLE_ARN, role_session_name: 'spec', web_identity_token: 'token' }
    { throttle: Aws::STS::Errors::Throttling, deny: Aws::STS::Errors::AccessDenied }.each do |kind, error|
      stand_in.fault(:sts, kind)
      expect { Aws::STS::Client.new(options).assume_role_with_web_identity(role) }.to raise_error(error)
    end
    stand_in.fault(:sso, :throttle)
    expect { Aws::SSO::Client.new(options).get_role_credentials(role_name: 'a', account_id: 'b', access_token: 'c') }
      .to raise_error(Aws::SSO::Errors::TooManyRequestsException)
    stand_in.fault(:oidc, :throttle)
    expect { Aws::SSOOIDC::Client.new(options).create_token(client_id: 'a', client_secret: 'b', grant_type: 'c') }
      .to raise_error(Aws::SSOOIDC::Errors::SlowDownException)
    stand_in.fault(:signin, :deny)
    expect { Aws::Signin::Client.new(options).create_o_auth_2_token(token_input: { client_id: 'a', grant_type: 'b' }) }
      .to raise_error(Aws::Signin::Errors::AccessDeniedException)
  end

  it 'lies: a page, half of the JSON, a field less, a set that is over' do
    stand_in.fault(:container, :html)
    expect(call).to have_attributes(code: '200', content_type: 'text/html', body: /\A<!DOCTYPE html>/)
    stand_in.fault(:container, :truncated)
    expect { JSON.parse(call.body) }.to raise_error(JSON::ParserError)
    stand_in.fault(:container, :missing, field: 'Token')
    expect(JSON.parse(call.body).keys).to eq(%w[AccountId AccessKeyId SecretAccessKey Expiration])
    stand_in.fault(:container, :expired)
    expect(known).to be_expired(Time.now)
  end

  it 'leaves out an element of XML, and a header' do
    stand_in.fault(:sts, :missing)
    form = { 'Action' => 'AssumeRoleWithWebIdentity', 'Version' => '2011-06-15', 'RoleSessionName' => 'spec',
             'RoleArn' => described_class::Environments::ROLE_ARN,
             'WebIdentityToken' => stand_in.sts.web_identity.token }
    body = Net::HTTP.post_form(URI("#{stand_in.url}/"), form).body
    expect(body).to match(/<AccessKeyId>.*<SessionToken>/m)
    expect(body).not_to include('SecretAccessKey')

    ttl = 'x-aws-ec2-metadata-token-ttl-seconds'
    stand_in.fault(:imds_token, :missing, field: ttl)
    Net::HTTP.start('127.0.0.1', stand_in.server.port) do |http|
      expect(http.send_request('PUT', '/latest/api/token', nil, ttl => '60').to_hash).not_to include(ttl)
    end
  end

  it 'repeats the set of the time before' do
    first = known
    stand_in.fault(:container, :repeat, times: 1)
    expect([known, known]).to match([be(first), satisfy { |set| !set.equal?(first) }])
  end

  it 'is in trouble as often as was said, or until it is healed' do
    stand_in.fault(:container, :server_error, times: 2, status: 503)
    expect(Array.new(3) { call.code }).to eq(%w[503 503 200])
    stand_in.fault(:all, :throttle)
    expect { stand_in.heal }.to change { call.code }.from('429').to('200')
  end

  it 'counts calls from many threads, and logs what was asked' do
    Array.new(8) { Thread.new { 5.times { call } } }.each(&:join)
    expect(stand_in.calls(:container_credentials)).to eq(40)
    expect(stand_in.journal.requests(:container_credentials).map(&:path).uniq).to eq([path])
  end

  it 'knows neither an operation nor a fault that does not exist' do
    expect { stand_in.fault(:imsd, :slow) }.to raise_error(ArgumentError, /imds_token/)
    expect { stand_in.fault(:imds, :slwo) }.to raise_error(ArgumentError, /slow/)
    expect { stand_in.environment(:imsd) }.to raise_error(ArgumentError, /imds/)
  end
end
