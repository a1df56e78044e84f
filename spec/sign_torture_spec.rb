# frozen_string_literal: true

require 'aws-sigv4'
require 'digest'
require 'support/gvl_threshold'
require 'support/rotating_credentials'

RSpec.describe RubyLLM::BedrockCredentials, '.sign, under load' do
  requests = 10_000
  threads = 32

  let(:account) { BedrockStandIn::Account.new }
  let(:provider) { RotatingCredentials.new(account: account, lifetime: 900, every_call: true) }
  let(:url) { 'https://bedrock-runtime.us-west-2.amazonaws.com/model/m/converse' }
  # The largest that is hashed with the GVL and the smallest without, some fifty times each.
  let(:bodies) do
    Array.new(200) { |i| 'x' * (100 + i) } + [GvlThreshold::BYTES - 1, GvlThreshold::BYTES].map { |size| 'y' * size }
  end

  def sign(number)
    described_class.sign(described_class::Request.new(http_method: 'POST', url: url, region: 'us-west-2',
                                                      headers: { 'x-amz-meta-number' => number },
                                                      body: bodies[number % bodies.size]), provider)
  end

  # AWS's signer, with the set that the signature names.
  def expected(number, headers)
    set = account.find(headers['authorization'][%r{Credential=([^/]+)/}, 1])
    Aws::Sigv4::Signer.new(service: 'bedrock', region: 'us-west-2', credentials_provider: set)
                      .sign_request(http_method: 'POST', url: url, body: bodies[number % bodies.size],
                                    headers: { 'x-amz-meta-number' => number, 'x-amz-date' => headers['x-amz-date'] })
                      .headers.except('host')
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  it "never mixes two sets: #{requests} requests in #{threads} threads, a new set for each read" do
    bodies
    provider
    numbers = Queue.new((0...requests).to_a).close
    signed = Array.new(requests)
    start = now
    Array.new(threads) { Thread.new { while (number = numbers.pop) do signed[number] = sign(number) end } }
         .each(&:join)
    seconds = now - start
    wrong = signed.each_with_index.reject { |headers, number| headers == expected(number, headers) }
    puts "sign, under load: #{requests} requests, #{threads} threads, #{provider.issued.size} sets, " \
         "#{provider.reads} reads, #{wrong.size} wrong, #{seconds.round(1)} s"
    expect(wrong.first(3)).to eq([])
    expect(provider.reads).to eq(requests)
    tokens = signed.map { |headers| headers['x-amz-security-token'] }
    expect(tokens.sort).to eq(provider.issued.map(&:session_token).sort)
  end
end
