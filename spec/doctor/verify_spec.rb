# frozen_string_literal: true

require_relative '../support/doctor_context'

RSpec.describe 'bedrock-credentials --verify' do
  include_context 'with a doctor'

  def verification(run) = run.json['verification']

  it 'sends one signed ListFoundationModels, and says that Bedrock accepts it' do
    run = doctor(:web_identity, '--json', *verify)
    expect(run.status).to eq(0)
    expect(verification(run)).to include(
      'operation' => 'ListFoundationModels', 'url' => "#{bedrock.url}/foundation-models", 'status' => 200,
      'models' => 2, 'code' => nil, 'message' => nil, 'seconds' => be_between(0, 10),
      'clock_offset' => be_within(5).of(0)
    )
    expect(bedrock.log.map { |entry| [entry.verdict, entry.access_key_id[-4..]] })
      .to eq([[:accepted, run.json['credentials']['access_key_id'][-4..]]])
    expect(aws.calls(:sts_assume_role_with_web_identity)).to eq(1)
  end

  it 'gives AWS\'s own code and words where it refuses, and ends with 1' do
    bedrock.fail_next(status: 429, message: 'Too many requests.')
    run = doctor(:environment, *verify)
    expect(run).to have_attributes(status: 1, out: /^Bedrock +429 ThrottlingException after /)
    expect(run.out).to end_with("NOT OK: Bedrock refused the request: Too many requests.\n")
  end

  it 'says what to do about credentials that AWS does not know' do
    keys = { 'AWS_ACCESS_KEY_ID' => 'AKIAIOSFODNN7EXAMPLE', 'AWS_SECRET_ACCESS_KEY' => PlantedSecrets::CANARY }
    run = doctor(aws.environment(:none).merge(keys), *verify)
    expect(run).to have_attributes(status: 1, out: /^NOT OK: .*is\s+invalid\. AWS does not know these keys/m)
  end

  describe 'with a role that may not list models' do
    words = 'User: arn:aws:sts::123456789012:assumed-role/chat/b is not authorized to perform: ' \
            'bedrock:ListFoundationModels because no identity-based policy allows it'

    before { deny(words) }

    # Who may do what is decided after the signature was accepted.
    def deny(words)
      bedrock.answer(:list_foundation_models) do
        BedrockStandIn::Response.error('AccessDeniedException', words, status: 403)
      end
    end

    it 'is OK, and says that AWS took signature and credentials' do
      run = doctor(:environment, *verify)
      expect(run).to have_attributes(status: 0, out: /^Bedrock +403 AccessDeniedException after /)
      expect(run.out.split.join(' ')).to end_with(
        'OK: Environment signs requests, and Bedrock accepted its signature and credentials. They may not list ' \
        'models, which one that only chats need not.'
      )
      expect(bedrock.accepted).to eq(1)
    end

    it 'warns, with AWS\'s words' do
      run = doctor(:environment, '--json', *verify)
      expect([run.status, run.json['healthy'], run.warnings]).to eq([0, true, %w[may_not_list_models]])
      expect(run.json['warnings'].first['message']).to include(words)
      expect(verification(run)).to include('status' => 403, 'code' => 'AccessDeniedException', 'models' => nil)
    end

    it 'is not OK where another status goes with it' do
      bedrock.answer(:list_foundation_models) do
        BedrockStandIn::Response.error('AccessDeniedException', words, status: 400)
      end
      expect(doctor(:environment, '--json', *verify)).to have_attributes(status: 1, warnings: [])
    end
  end

  # AWS has one code for an API key that it does not know and for one that may not do this.
  {
    'Authentication failed: Please make sure your API Key is valid.' => 1,
    'User: a is not authorized to perform: bedrock:CallWithBearerToken' => 1,
    'User: a is not authorized to perform: bedrock:ListFoundationModels' => 0
  }.each do |words, status|
    it "ends with #{status} where it answers to an API key: #{words}" do
      server = HttpServer.new do
        HttpServer::Response.json({ Message: words }, status: 403,
                                                      headers: { 'x-amzn-ErrorType' => 'AccessDeniedException' })
      end
      run = doctor(:none, *verify(server), 'AWS_BEARER_TOKEN_BEDROCK' => PlantedSecrets::CANARY)
      expect(run).to have_attributes(status: status)
    ensure
      server&.stop
    end
  end

  it 'does not send again what is refused, whatever for' do
    set = aws.account.issue(lifetime: -1)
    run = doctor(aws.environment(:none).merge(keys(set)), '--json', *verify)
    expect([run.status, verification(run).values_at('status', 'code')]).to eq([1, [403, 'ExpiredTokenException']])
    expect(bedrock.rejections).to eq('ExpiredTokenException' => 1)
  end

  { 'ahead of' => -3600, 'behind' => 3600 }.each do |where, offset|
    it "warns of a clock an hour #{where} AWS's" do
      clock = Struct.new(:offset) { def now = Time.now + offset }.new(offset)
      skewed = BedrockStandIn.new(account: aws.account, clock: clock)
      run = doctor(aws.environment(:none).merge(keys(aws.account.issue_long_term)), '--json', *verify(skewed))
      expect([run.status, run.warnings]).to eq([1, %w[clock_off]])
      expect(verification(run)).to include('code' => 'InvalidSignatureException', 'message' => /\ASignature /,
                                           'clock_offset' => be_within(5).of(offset))
      expect(run.json['warnings'].first['message']).to include("clock is 60 min #{where} AWS's")
    ensure
      skewed&.stop
    end
  end

  it 'shows no token that comes back with a refusal' do
    bedrock.answer(:list_foundation_models) do |request|
      canonical = "#{request['x-amz-security-token']} #{request['authorization']}\nThe Canonical String was: " \
                  "x-amz-security-token:#{request['x-amz-security-token']}"
      BedrockStandIn::Response.error('SignatureDoesNotMatch', "No: #{canonical}", status: 403)
    end
    run = doctor(:environment, '--json', *verify)
    expect(verification(run)['message']).to match(/\ANo: \[\.\.\.\] .* Signature=\[\.\.\.\]\z/)
    expect(run.out).not_to include('Canonical')
  end

  it 'shows no control character that comes back' do
    bedrock.fail_next(status: 400, message: "a\e[31m\u0007 b")
    expect(doctor(:environment, *verify).out).to include('refused the request: a [31m b')
  end

  it 'says so where no answer comes' do
    run = doctor(:environment, '--verify', '--endpoint-url', 'http://127.0.0.1:1')
    expect(run).to have_attributes(status: 1, out: /^Bedrock +no answer .*^NOT OK: no answer: .*127\.0\.0\.1:1.*Look/m)
  end

  it 'says so where it had nothing to send' do
    run = doctor(:none, '--json', *verify)
    expect([run.status, verification(run)['message']]).to eq([1, 'not sent: there are no credentials'])
    expect(bedrock.requests).to eq(0)
    run = doctor(:environment, '--json', *verify, 'AWS_REGION' => nil)
    expect([run.status, verification(run)['message']]).to eq([1, 'not sent: there is no region'])
  end

  it 'sends an API key in the place of a signature' do
    seen = nil
    server = HttpServer.new do |request|
      seen = request['authorization']
      HttpServer::Response.json({ modelSummaries: [] })
    end
    run = doctor(:environment, *verify(server), 'AWS_BEARER_TOKEN_BEDROCK' => PlantedSecrets::CANARY)
    expect([run.status, seen]).to eq([0, "Bearer #{PlantedSecrets::CANARY}"])
    expect(run.out.split.join(' '))
      .to end_with('OK: Environment(AWS_BEARER_TOKEN_BEDROCK) authorizes requests, and Bedrock accepts them.')
  ensure
    server&.stop
  end
end
