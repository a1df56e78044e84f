# frozen_string_literal: true

require 'aws-sigv4'
require 'erb'

# Ours against AWS's own Ruby signer, on requests as clients send them.
RSpec.describe RubyLLM::BedrockCredentials, '.sign, compared with Aws::Sigv4::Signer' do
  requests = 3_000

  # As Aws::Plugins::Sign has it, of aws-sdk-core, for Bedrock's endpoints.
  sdk_options = {
    uri_escape_path: true, normalize_path: true, signing_algorithm: :sigv4,
    unsigned_headers: %w[content-length user-agent x-amzn-trace-id expect transfer-encoding connection]
  }.freeze

  # Requests from a seed: the n-th is the same in every run.
  generator = Class.new do
    const_set :UNRESERVED, [*'a'..'z', *'A'..'Z', *'0'..'9', '-', '.', '_', '~'].freeze
    const_set :IN_PATHS, %w[: @ ! $ & ' ( ) * + , ; =].freeze
    const_set :SEGMENTS, ['.', '..', '', '...', 'model', 'us.amazon.nova-lite-v1:0', 'anthropic.claude-3%3A0', '%2E%2E',
                          'arn:aws:bedrock:us-west-2:123456789012:application-inference-profile%2Fab1cd2',
                          'arn%3Aaws%3Abedrock%3Aus-west-2%3A1%3Aimported-model%2Fx', '%E2%82%AC', '%2f', '%00'].freeze
    const_set :UNSIGNED, %w[User-Agent X-Amzn-Trace-Id Accept Accept-Encoding Connection Expect Via Transfer-Encoding
                            Content-Length Traceparent].freeze
    const_set :REPLACED, %w[Authorization X-Amz-Date x-amz-content-sha256 X-AMZ-Content-SHA256].freeze

    def initialize(seed, number)
      @random = Random.new((seed * 1_000_003) + number)
    end

    def request
      base = "#{one(%w[http https])}://#{host}"
      # Of a last `.` or `..` the two leave a different rest: RFC 3986's, with a slash, is ours.
      path = Array.new(int(0..6)) { "/#{segment}" }.join.sub(%r{/\.\.?\z}, '\\0/')
      query = one([nil, "?#{query_string}"])
      { http_method: one(%w[GET POST PUT DELETE PATCH HEAD]), url: "#{base}#{path}#{query}", headers: headers,
        body: one([nil, '', *Array.new(8) { bytes(int(1..300)) }, bytes(int(1..70) * 1009)]), region: one(regions),
        service: one(%w[bedrock bedrock-mantle s3vectors]), time: Time.at(int(0..4_000_000_000)) }
    end

    def credentials
      access_key_id = "ASIA#{Array.new(16) { one(self.class::UNRESERVED) }.join}"
      RubyLLM::BedrockCredentials::Credentials.new(access_key_id: access_key_id, secret_access_key: base64(40),
                                                   session_token: one([nil, base64(int(1..1200))]))
    end

    private

    def one(of) = of.sample(random: @random)

    def int(range) = @random.rand(range)

    def bytes(size) = @random.bytes(size)

    def base64(size) = [bytes(size)].pack('m0')

    def regions = %w[us-west-2 us-gov-east-1 cn-north-1 eu-isoe-west-1 a]

    def host
      one(['bedrock-runtime.us-west-2.amazonaws.com', 'bedrock.cn-north-1.amazonaws.com.cn', '127.0.0.1', '[::1]',
           'Gateway.Example']) + one(['', '', ':443', ':80', ':4566', ":#{int(1..65_535)}"])
    end

    # What is encoded and what is not, as one client or another sends it.
    def segment
      return one(self.class::SEGMENTS) if int(0..1).zero?

      Array.new(int(1..12)) { one([one(self.class::UNRESERVED), one(self.class::IN_PATHS), percent]) }.join
    end

    def percent = format(one(['%%%02X', '%%%02x']), int(0..255))

    # A key with several values has none that is empty: Aws::Sigv4::Signer raises an ArgumentError there, as it
    # compares nil with a String.
    def query_string
      pairs = Array.new(int(1..6)) do
        key = encoded(int(1..5))
        next [[key, one(["#{key}=", key])]] if int(0..3).zero?

        Array.new(int(1..3)) { [key, "#{key}=#{encoded(int(1..10))}"] }
      end
      pairs.uniq { |of_a_key| of_a_key.first.first }.flatten(1).map(&:last).shuffle(random: @random).join('&')
    end

    def encoded(size)
      one_of = ['a', 'B', '9', '-', '.', '_', '~', ' ', '*', '+', '/', '=', '&', ';', '%', '?', '#', "'", 'é', '€', '😀',
                "\n", "\u0000"]
      ERB::Util.url_encode(Array.new(size) { one(one_of) }.join)
    end

    def headers
      signed = { one(%w[Content-Type content-type]) => one(['application/json', ' text/plain;  charset=utf-8 ']) }
      # A number, as names that differ in nothing but case are one header: AWS's signer keeps the last, ours joins them.
      int(0..4).times { |number| signed["#{one(%w[X-Amz- x-amz- X-AMZ-])}#{name}#{number}"] = value }
      signed['Host'] = 'gateway.example:8443' if int(0..5).zero?
      [*signed, *others(self.class::UNSIGNED), *others(self.class::REPLACED)].shuffle(random: @random).to_h
    end

    def name = Array.new(int(1..12)) { one([*'a'..'z', *'A'..'Z', *'0'..'9', '-', '_']) }.join

    # Without tabs: AWS's Ruby signer takes one for a space, its Rust signer does not.
    def value = one(['', Array.new(int(1..30)) { one([*' '..'~', '  ']) }.join, int(0..1_000_000_000_000), 1.5])

    def others(names) = names.sample(int(0..3), random: @random).to_h { |header| [header, value] }
  end

  # The headers that both are to sign.
  def signed(headers)
    replaced = %w[x-amz-date x-amz-content-sha256 x-amz-security-token]
    headers.transform_keys(&:downcase)
           .select { |name, _| name == 'host' || name == 'content-type' || name.start_with?('x-amz-') }
           .except(*replaced)
  end

  define_method(:by_aws) do |request, provider|
    headers = signed(request[:headers]).merge('x-amz-date' => request[:time].utc.strftime('%Y%m%dT%H%M%SZ'))
    Aws::Sigv4::Signer.new(**request.slice(:service, :region), **sdk_options, credentials_provider: provider)
                      .sign_request(**request.slice(:http_method, :url, :body), headers: headers).headers.except('host')
  end

  def by_us(request, provider)
    described_class.sign(described_class::Request.new(**request), provider)
  end

  it "gives the very headers for #{requests} generated requests" do
    seed = RSpec.configuration.seed
    differing = (1..requests).filter_map do |number|
      generated = generator.new(seed, number)
      request = generated.request
      provider = generated.credentials
      next if by_us(request, provider) == by_aws(request, provider)

      [number, request.except(:body)]
    end
    puts "sign, compared with Aws::Sigv4::Signer: #{requests} requests, #{differing.size} differ, SEED=#{seed}"
    expect(differing.first(5)).to eq([])
  end

  # AWS's Ruby signer leaves a query as it finds it: ours signs what AWS makes of it, the strict form.
  describe 'signs a query that is not strictly encoded as its strict form:' do
    { 'a=b+c' => 'a=b%20c', 'a=*' => 'a=%2A', 'a=%7E' => 'a=~', 'a=%2f' => 'a=%2F', 'a=/?:@' => 'a=%2F%3F%3A%40',
      'a=;' => 'a=%3B', 'a=b=c' => 'a=b%3Dc', 'b=2&&a' => 'a=&b=2', "a=!$'()," => 'a=%21%24%27%28%29%2C',
      'a=%61' => 'a=a', '&' => '' }.each do |query, strict|
      it "#{query} as #{strict}" do
        request = { http_method: 'GET', headers: {}, body: nil, region: 'us-west-2', service: 'bedrock',
                    time: Time.at(0) }
        provider = described_class::Credentials.new(access_key_id: 'AKID', secret_access_key: 'secret')
        expect(by_us(request.merge(url: "https://h/models?#{query}"), provider))
          .to eq(by_aws(request.merge(url: "https://h/models?#{strict}"), provider))
      end
    end
  end
end
