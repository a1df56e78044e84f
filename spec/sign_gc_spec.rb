# frozen_string_literal: true

require 'aws-sigv4'
require 'support/child'
require 'support/gvl_threshold'
require 'support/rotating_credentials'

# What the extension holds while Ruby collects, and moves, everything else.
RSpec.describe RubyLLM::BedrockCredentials, '.sign, and the garbage collector' do
  let(:time) { Time.utc(2026, 11, 22) }
  let(:set) { BedrockStandIn::Account.new.issue }

  def request(body, **changes)
    described_class::Request.new(http_method: 'POST', url: "https://h.example/model/#{body&.size}", region: 'us-west-2',
                                 headers: { 'Content-Type' => 'application/json', 'X-Amz-Meta' => '1' },
                                 body: body, time: time, **changes)
  end

  def sign(body, provider = set, **changes) = described_class.sign(request(body, **changes), provider)

  # AWS's signer, once for all the signatures of a body.
  def expected(body)
    headers = { 'content-type' => 'application/json', 'x-amz-meta' => '1', 'x-amz-date' => '20261122T000000Z' }
    Aws::Sigv4::Signer.new(service: 'bedrock', region: 'us-west-2', credentials_provider: set)
                      .sign_request(http_method: 'POST', url: "https://h.example/model/#{body.size}", headers: headers,
                                    body: body).headers.except('host')
  end

  # Strings that no one but the request holds; fresh ones, since a compaction moves the young.
  def bodies = ['', 'x', 'small ' * 40, 'l' * GvlThreshold::BYTES].map(&:dup)

  def provider_of_new_sets
    strings = set.to_h.slice(:access_key_id, :secret_access_key, :session_token)
    Object.new.tap do |provider|
      provider.define_singleton_method(:credentials) { BedrockStandIn::CredentialSet.new(**strings.transform_values(&:dup)) }
    end
  end

  describe 'that collects at every allocation' do
    def stressed
      GC.stress = true
      yield
    ensure
      GC.stress = false
    end

    it 'signs small and large bodies' do
      wanted = bodies.map { |body| expected(body) }
      provider = provider_of_new_sets
      expect(stressed { bodies.map { |body| sign(body, provider) } }).to eq(wanted)
    end

    it 'raises for what is wrong' do
      raising = Object.new.tap { |provider| def provider.credentials = raise(IOError, 'no answer') }
      empty = described_class::Credentials.new(access_key_id: '', secret_access_key: 'secret')
      attempts = [-> { sign('x', raising) }, -> { sign('x', empty) }, -> { sign('x', nil) }, -> { sign(1) },
                  -> { sign('x', headers: { 'x-amz-a' => "\n" }) }, -> { sign('l' * GvlThreshold::BYTES, empty) },
                  -> { sign('x', url: 'no') }]
      raised = stressed { attempts.map { |attempt| error_of(&attempt) } }
      expect(raised).to match([an_instance_of(described_class::CredentialsProviderError)
                                 .and(having_attributes(message: /IOError: no answer/, cause: an_instance_of(IOError))),
                               described_class::InvalidCredentialsError, ArgumentError, ArgumentError, ArgumentError,
                               described_class::InvalidCredentialsError, ArgumentError])
    end

    def error_of
      yield
    rescue StandardError => e
      e
    end
  end

  describe 'that compacts' do
    before do
      skip 'this Ruby does not compact' unless GC.respond_to?(:compact) && GC.respond_to?(:verify_compaction_references)
    end

    it 'between signatures, with every object moved and every reference verified' do
      provider = provider_of_new_sets
      3.times do
        GC.verify_compaction_references(toward: :empty)
        expect(bodies.map { |body| sign(body, provider) }).to eq(bodies.map { |body| expected(body) })
        GC.compact
        expect(sign('x', provider)).to eq(expected('x'))
      end
    end

    it 'of its own accord, while threads sign' do
      before = GC.auto_compact
      wanted = bodies.to_h { |body| [body, expected(body)] }
      provider = provider_of_new_sets
      compacted = GC.stat(:compact_count)
      GC.auto_compact = true
      collecting_and_signing = lambda do
        GC.start
        bodies.to_h { |body| [body, sign(body, provider)] }
      end
      signed = Array.new(4) { Thread.new { Array.new(15) { collecting_and_signing.call } } }.flat_map(&:value)
      expect(signed.uniq).to eq([wanted])
      expect(GC.stat(:compact_count)).to be > compacted
    ensure
      GC.auto_compact = before
    end
  end

  # The set that a provider shows is the provider's to keep: nothing in Ruby refers to it in between.
  it 'leaves a provider the set it shows' do
    seen = Child.run do
      ENV.update('AWS_ACCESS_KEY_ID' => 'AKID', 'AWS_SECRET_ACCESS_KEY' => 'secret')
      chain = described_class::DefaultCredentialsChain.new(region: 'us-west-2')
      # In a thread: the stack of one that has ended is not searched for references.
      shown = -> { chain.credentials.then { |set| [set.object_id, set.class.name, set.access_key_id] } }
      Array.new(20) do
        GC.start
        Array.new(20_000) { Object.new }
        Thread.new(&shown).value
      end
    end
    expect([seen.uniq.size, seen.first.drop(1)]).to eq([1, ['RubyLLM::BedrockCredentials::Credentials', 'AKID']])
  end

  describe 'over 100,000 signatures' do
    # Ruby's own heap and malloc's fragments settle within it; a leak of 80 bytes a signature does not.
    allowed = 8 << 20

    def resident = File.read('/proc/self/statm').split[1].to_i * 4096

    def sign_and_fail(times, provider)
      times.times do |number|
        sign('body', provider)
        next if number % 10 != 0

        sign('body', provider, region: "\n") rescue ArgumentError # rubocop:disable Style/RescueModifier
      end
      GC.start
    end

    it 'leaves no memory behind' do
      skip 'this system has no /proc' unless File.exist?('/proc/self/statm')

      provider = provider_of_new_sets
      sign_and_fail(20_000, provider)
      before = resident
      sign_and_fail(100_000, provider)
      grown = resident - before
      puts "sign, memory: #{before >> 10} KiB after 20,000 signatures, #{grown >> 10} KiB more after 100,000 more"
      expect(grown).to be < allowed
    end
  end
end
