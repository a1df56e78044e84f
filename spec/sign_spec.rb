# frozen_string_literal: true

require 'aws-sigv4'
require 'digest'
require 'support/rotating_credentials'
require 'uri'

RSpec.describe RubyLLM::BedrockCredentials, '.sign' do
  let(:time) { Time.utc(2026, 11, 22, 12, 30, 15) }
  let(:set) { BedrockStandIn::Account.new.issue }
  let(:long_term) { BedrockStandIn::Account.new.issue_long_term }
  let(:url) { 'https://bedrock-runtime.us-west-2.amazonaws.com/model/us.amazon.nova-lite-v1%3A0/converse' }
  let(:body) { '{"messages":[{"role":"user","content":[{"text":"Köln"}]}]}' }

  def request(**changes)
    described_class::Request.new(http_method: 'POST', url: url, region: 'us-west-2', body: body, time: time,
                                 headers: { 'Content-Type' => 'application/json' }, **changes)
  end

  def sign(provider = set, **changes) = described_class.sign(request(**changes), provider)

  def signed_names(headers) = headers['authorization'][/SignedHeaders=([^,]+)/, 1].split(';')

  # AWS's own signer, given the headers that are to be signed.
  def authorization(signed, provider = set, url: self.url, **options)
    Aws::Sigv4::Signer.new(service: 'bedrock', region: 'us-west-2', credentials_provider: provider, **options)
                      .sign_request(http_method: 'POST', url: url, body: body,
                                    headers: { 'x-amz-date' => '20261122T123015Z' }.merge(signed))
                      .headers['authorization']
  end

  def json = { 'content-type' => 'application/json' }

  describe 'returns the headers to set' do
    it 'with lower-case names: the signature, its date, the hash of the body and the token' do
      expect(sign).to eq('authorization' => authorization(json), 'x-amz-date' => '20261122T123015Z',
                         'x-amz-content-sha256' => Digest::SHA256.hexdigest(body),
                         'x-amz-security-token' => set.session_token)
    end

    it 'without a token where the credentials have none' do
      expect(sign(long_term).keys).to contain_exactly('authorization', 'x-amz-date', 'x-amz-content-sha256')
      expect(sign(long_term)['authorization']).to eq(authorization(json, long_term))
    end

    it 'without a token where it is blank' do
      ['', ' ', "\t "].each do |blank|
        blank_token = long_term.dup.tap { |copy| copy.session_token = blank }
        expect(sign(blank_token)).to eq(sign(long_term))
      end
    end

    it 'as a Hash and Strings of the caller\'s own, in UTF-8' do
      headers = sign
      headers.each_value { |value| value << 'changed' }
      headers['more'] = 'changed'
      expect(sign).to eq(sign.dup).and(satisfy { |again| again.none? { |_, value| value.include?('changed') } })
      expect(sign.flatten.map(&:encoding).uniq).to eq([Encoding::UTF_8])
    end

    it 'and leaves the request as it is' do
      headers = { 'Content-Type' => 'application/json', 'X-Amz-Date' => 'mine' }.freeze
      expect { sign(headers: headers, body: body.freeze, url: url.freeze) }.not_to(change { [headers, body, url].dup })
    end
  end

  describe 'reads the credentials' do
    # Counts what is called, and answers differently each time.
    def counting(calls, values)
      Object.new.tap do |object|
        values.each do |name, value|
          object.define_singleton_method(name) do
            calls[name] += 1
            value.respond_to?(:call) ? value.call : "#{value}#{calls[name]}"
          end
        end
      end
    end

    it 'once for a signature, and each field once, from the one object' do
      calls = Hash.new(0)
      fields = { access_key_id: 'AKID', secret_access_key: 'SECRET', session_token: 'TOKEN' }
      provider = counting(calls, credentials: -> { counting(calls, fields) }, set?: 'x', expiration: 'x')
      headers = sign(provider)
      expect(calls).to eq(credentials: 1, access_key_id: 1, secret_access_key: 1, session_token: 1)
      expected = BedrockStandIn::CredentialSet.new(access_key_id: 'AKID1', secret_access_key: 'SECRET1',
                                                   session_token: 'TOKEN1')
      expect(headers).to include('authorization' => authorization(json, expected), 'x-amz-security-token' => 'TOKEN1')
    end

    it 'again for the next signature' do
      provider = RotatingCredentials.new(account: BedrockStandIn::Account.new, lifetime: 900, every_call: true)
      tokens = Array.new(3) { sign(provider)['x-amz-security-token'] }
      expect(provider.reads).to eq(3)
      expect(provider.issued.map(&:session_token)).to eq(tokens)
    end

    it 'not at all for a request that cannot be signed' do
      provider = RotatingCredentials.new(account: BedrockStandIn::Account.new, lifetime: 900)
      expect { sign(provider, region: nil) }.to raise_error(ArgumentError)
      expect(provider.reads).to eq(0)
    end
  end

  it 'takes a Symbol for a String, and no body for an empty one' do
    expect(sign(http_method: :POST, region: :'us-west-2', service: :bedrock)).to eq(sign)
    expect(sign(body: nil)).to eq(sign(body: ''))
  end

  it 'takes any object with the attributes of a Request' do
    attributes = %i[http_method url headers body region service time]
    like = Struct.new(*attributes).new(*attributes.map { |name| request.public_send(name) })
    expect(described_class.sign(like, set)).to eq(sign)
  end

  it 'takes a Request of a class with other keywords' do
    subclass = Class.new(described_class::Request) do
      def initialize(model:, **others)
        super(url: "https://bedrock-runtime.us-west-2.amazonaws.com/model/#{model}/converse", **others)
      end
    end
    attributes = { http_method: 'POST', region: 'us-west-2', body: body, time: time, headers: request.headers }
    expect(described_class.sign(subclass.new(model: 'us.amazon.nova-lite-v1%3A0', **attributes), set)).to eq(sign)
  end

  it 'lets a NoMethodError from inside an attribute through' do
    broken = request.tap { |object| def object.region = nil.region }
    expect { described_class.sign(broken, set) }.to raise_error(NoMethodError, /region/)
  end

  describe 'signs at a time' do
    it 'given, in any zone and with a fraction' do
      [time + 0.999, time.getlocal('+09:00'), Time.at(time.to_i, in: '-11:00')].each do |same|
        expect(sign(time: same)).to eq(sign)
      end
    end

    it 'of now where none is given' do
      earliest = Time.now.to_i
      at = sign(time: nil)['x-amz-date'].then { |date| Time.strptime("#{date} UTC", '%Y%m%dT%H%M%SZ %Z').to_i }
      expect(at).to be_between(earliest, Time.now.to_i)
    end
  end

  describe 'signs the Host that is sent' do
    {
      'https://h.example/' => 'h.example', 'https://h.example:443/' => 'h.example',
      'http://h.example:80/' => 'h.example', 'https://h.example:80/' => 'h.example:80',
      'http://h.example:443/' => 'h.example:443', 'http://127.0.0.1:4566/a' => '127.0.0.1:4566',
      'http://[::1]:4566/' => '[::1]:4566', 'https://[fe80::1]/' => '[fe80::1]', 'https://[::80]:443' => '[::80]',
      'HTTPS://H.Example:8443?a=b' => 'H.Example:8443', 'https://bedrock.cn-north-1.amazonaws.com.cn/' =>
        'bedrock.cn-north-1.amazonaws.com.cn'
    }.each do |url, host|
      it "#{host} of #{url}" do
        expect(sign(url: url)['authorization']).to eq(authorization(json.merge('host' => host), url: url))
      end
    end

    it 'of the caller, in the place of the URL\'s' do
      %w[Host host HOST].each do |name|
        headers = sign(headers: json.merge(name => 'gateway:8080'), url: 'http://10.0.0.1:4566/model')
        expect(headers['authorization'])
          .to eq(authorization(json.merge('host' => 'gateway:8080'), url: 'http://10.0.0.1:4566/model'))
      end
    end

    it 'of the URL where the caller\'s is nil' do
      expect(sign(headers: json.merge('Host' => nil))).to eq(sign)
    end
  end

  describe 'signs the headers' do
    it 'host, content-type and every x-amz-*' do
      own = { 'X-Amz-Meta-Team' => ' blue  and   green ', 'x-amz-guardrail' => 1, :'X-AMZ-Flag' => 'on' }
      headers = sign(headers: json.merge(own))
      expect(signed_names(headers)).to eq(%w[content-type host x-amz-content-sha256 x-amz-date x-amz-flag
                                             x-amz-guardrail x-amz-meta-team x-amz-security-token])
      expect(headers['authorization']).to eq(authorization(json.merge(own.transform_keys { |key| key.to_s.downcase })))
    end

    it 'and none that a proxy may add or rewrite' do
      proxied = %w[User-Agent X-Amzn-Trace-Id Accept Accept-Encoding Connection Content-Length Expect TE Via Forwarded
                   Transfer-Encoding X-Forwarded-For Cache-Control Traceparent X-Amz X-Amzn-Bedrock-Trace Date]
      expect(sign(headers: json.merge(proxied.to_h { |name| [name, 'some'] }))).to eq(sign)
    end

    it 'and none whose value is nil, which is not sent' do
      expect(sign(headers: json.merge('X-Amz-Meta-Team' => nil))).to eq(sign)
      expect(signed_names(sign(headers: nil))).not_to include('content-type')
    end

    it 'but its own in the place of a caller\'s authorization, date, hash and token' do
      reserved = { 'Authorization' => 'Bearer mine', 'X-Amz-Date' => '19990101T000000Z',
                   'x-amz-content-sha256' => 'UNSIGNED-PAYLOAD', 'X-AMZ-SECURITY-TOKEN' => 'mine' }
      expect(sign(headers: json.merge(reserved))).to eq(sign)
    end
  end

  # With the GVL held no other thread steps in between; Ruby switches threads there hardly ever five times in a row.
  it 'lets other threads go on while a large body is hashed' do
    large = request(body: 'x' * (64 << 20))
    steps = 0
    thread = Thread.new { loop { steps += 1 } }
    taken = Array.new(5) do
      before = steps
      described_class.sign(large, set)
      steps - before
    end
    expect(taken).to all(be_positive)
  ensure
    thread.kill.join
  end
end
