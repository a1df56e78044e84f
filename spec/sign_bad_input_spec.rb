# frozen_string_literal: true

require 'digest'
require 'stringio'
require 'timeout'

# In this process: a crash, or a panic that became Ruby's `fatal`, would end the run.
RSpec.describe RubyLLM::BedrockCredentials, '.sign, given bad input' do
  canaries = /CANARY-(KEY|SECRET|TOKEN)/
  # ASCII to whoever reads the bytes alone, four or five CJK characters to Ruby.
  cjk = ->(bytes) { bytes.b.force_encoding('UTF-16BE') }
  basic = BasicObject.new
  number = Class.new(Numeric) { def to_s = raise('a number without digits') }.new

  let(:keys) { { access_key_id: 'CANARY-KEY', secret_access_key: 'CANARY-SECRET', session_token: 'CANARY-TOKEN' } }
  let(:good) { described_class::Credentials.new(**keys) }

  def request(**changes)
    described_class::Request.new(http_method: 'POST', url: 'https://h.example/model', region: 'us-west-2', body: 'body',
                                 **changes)
  end

  def sign(provider = good, **changes) = described_class.sign(request(**changes), provider)

  def provider(&credentials) = Object.new.tap { |object| object.define_singleton_method(:credentials, &credentials) }

  def set(**changes) = Struct.new(*keys.keys, keyword_init: true).new(**keys, **changes)

  # Everything an error tracker may send away: the causes' too.
  define_method(:raise_safely) do |error, message = nil, secrets: canaries|
    raise_error do |raised|
      expect(raised).to be_an_instance_of(error).and(have_attributes(message: match(message || //)))
      shown = [raised, raised.cause].compact.flat_map do |e|
        kept = e.instance_variables.map { |name| e.instance_variable_get(name).inspect }
        [e.message, e.inspect, e.full_message, *kept]
      end
      expect(shown.map(&:b).join("\n")).not_to match(secrets)
    end
  end

  describe 'raises an ArgumentError for a request' do
    {
      'url' => {
        'must be a String' => [nil, basic], 'has no host' => %w[https:///model https://?a https://:443/ http://],
        'must be absolute' => ['', '/model', '//h/model', 'ftp://h/', 'file:///etc', 'h:443', 42, [], Object.new],
        'is not valid UTF-8' => ["https://h/\xFF", "https://h/\xE9".dup.force_encoding('ISO-8859-1')],
        'percent-encode it' => ['https://h/é', 'https://h/a b', "https://h/\r\nHost: x", "https://h/\0", "https://h/\t"],
        '% in its query' => %w[https://h/?a=% https://h/?%zz=1 https://h/?a=%2], 'not UTF-8 once dec' => ['https://h/?a=%FF'],
        'user name or password' => ['https://CANARY-KEY:CANARY-SECRET@h/'], 'bytes' => ["https://h/#{'a' * (1 << 20)}"],
        'cannot be parsed' => ['https://h%20/', 'https://h/<>'], 'port that is none' => %w[https://a:b/ https://h:99999/],
        'host that is none' => ['https://h"', 'https://[::1/', 'https://[zz]/', 'https://h[]/', 'https://h\x'],
        '' => ["https://h/?a=#{'*' * 30_000}", "https://h/?#{'a&' * 30_000}", cjk['https://h/aa'],
               'https://h/'.encode('UTF-16LE')]
      },
      'http_method' => { 'must be a String' => [nil, 7, basic], 'is empty' => [''], 'is not valid UTF-8' => ["P\xFF"],
                         'HTTP does not allow' => ["GET\n", 'GE T', "\0", 'GÉT', 'POST / HTTP/1.1'],
                         '' => ['POST'.encode('UTF-16BE'), cjk['POST']] },
      'region' => { 'must be a String' => [nil, 1, basic], 'is empty' => [''], 'is not valid UTF-8' => ["u\xFF"],
                    'AWS has' => ['us west', 'a/b', "us\n", "\0", 'é', 'a,b'],
                    '' => ['us'.encode('UTF-16LE'), cjk['us-west-'], 'us'.b.force_encoding('UTF-7')] },
      'service' => { 'must be a String' => [nil, [], basic], 'is empty' => [''], 'AWS has' => ["bedrock\n", 'a/b'] },
      'body' => { 'must be a String or nil, not' => [1, ['a'], {}, :a, false, basic, StringIO.new('a')] },
      'time' => { 'must be a Time' => [1, '2026-11-22', basic],
                  'is not between' => [Time.at(-1), Time.utc(10_000), Time.utc(-1), Time.at(-0.5)],
                  '' => [Time.at(2**70), Time.at(-2**70), Time.allocate] },
      'headers' => {
        'must be a Hash' => ['a', [%w[a b]], basic, 1],
        'are 30000, more than' => [(1..30_000).to_h { |i| ["x-#{i}", 'v'] }]
      },
      'header' => {
        'name' => [{ '' => 'a' }, { "A\nB" => 'a' }, { 'A B' => 'a' }, { 'A:' => 'a' }, { 1 => 'a' }, { nil => 'a' },
                   { 'É' => 'a' }, { "\xFF" => 'a' }, { 'A'.encode('UTF-16LE') => 'a' },
                   { "x-amz-#{'a' * 70_000}" => 'b' },
                   {}.compare_by_identity.tap { |hash| hash[basic] = 'a' }],
        '"X-Amz-A" has a line break' => ["a\nX: y", "a\r\nX: y", "\0", "\r"].map { |value| { 'X-Amz-A' => value } },
        '"Accept" has a line break' => [{ 'Accept' => "a\nAuthorization: mine" }],
        '"X-Amz-A" has a control or non-ASCII' => ['é', "\e", "\x7F"].map { |value| { 'X-Amz-A' => value } },
        '"X-Amz-A" must be a String' => [basic, [], {}, true].map { |value| { 'X-Amz-A' => value } },
        '"X-Amz-A"' => ["\xFF", 'b'.encode('UTF-16LE'), cjk['ab'], number].map { |value| { 'X-Amz-A' => value } },
        '"A" must be a String, not Hash' => [{}.tap { |hash| hash['A'] = hash }]
      }
    }.each do |part, reasons|
      reasons.each do |reason, values|
        values.each.with_index(1) do |value, index|
          it "#{part} #{reason} (#{index})" do
            attribute = part == 'header' ? :headers : part.to_sym
            expect { sign(attribute => value) }
              .to raise_safely(ArgumentError, /\Arequest #{part}\b.*#{Regexp.escape(reason)}/m)
          end
        end
      end
    end

    it 'that is none, or has not all of its attributes' do
      [nil, 1, [], {}, basic, Class.new, Struct.new(:http_method, :url).new('GET', 'https://h/')].each do |other|
        expect { described_class.sign(other, good) }
          .to raise_safely(ArgumentError, /\Arequest does not respond to #\w+/)
      end
      empty = described_class::Request.allocate
      expect { described_class.sign(empty, good) }.to raise_safely(ArgumentError, /http_method/)
    end

    it 'with a token of its own where the credentials have none' do
      keys.delete(:session_token)
      expect { sign(good, headers: { 'X-Amz-Security-Token' => 'CANARY-TOKEN' }) }
        .to raise_safely(ArgumentError, /"X-Amz-Security-Token" belongs to other credentials/)
    end
  end

  it 'raises what an attribute of the request raises' do
    broken = request.tap { |object| def object.url = raise(IOError, 'closed') }
    expect { described_class.sign(broken, good) }.to raise_safely(IOError, 'closed')
  end

  describe 'raises an ArgumentError for a provider' do
    [nil, 1, 'CANARY-SECRET', :a, [], {}, Class.new, basic].each.with_index(1) do |other, index|
      it "without #credentials (#{index})" do
        expect { sign(other) }.to raise_safely(ArgumentError, /the provider, \S+, does not respond to #credentials/)
      end
    end
  end

  describe 'raises an InvalidCredentialsError that names the provider and the field, for' do
    it 'nil' do
      expect { sign(provider { nil }) }
        .to raise_safely(described_class::InvalidCredentialsError, /\AObject#credentials: returned nil/)
    end

    [1, 'CANARY-SECRET', [], basic, Object.new].each.with_index(1) do |other, index|
      it "an object without the fields (#{index})" do
        expect { sign(provider { other }) }
          .to raise_safely(described_class::InvalidCredentialsError, /returned a \w+, which has no #access_key_id/)
      end
    end

    { access_key_id: [nil, '', 'CANARY-KEY/x', 'CANARY-KEY,x', 'CANARY=KEY'], secret_access_key: [nil, ''],
      session_token: [] }.each do |field, values|
      bad = ["CANARY-SECRET\n", "CANARY-SECRET\0", 'CANARY-SECRET x', "CANARY-SECRET\xFF", 'CANARY-SECRET€', 1, :a, [],
             basic, false, 'CANARY-SECRET'.encode('UTF-16LE'), cjk['CANARY-SECRETS'], "\r\n", "\e"]
      [*values, *bad].each.with_index(1) do |value, index|
        it "a bad #{field} (#{index})" do
          returned = set(field => value)
          expect { sign(provider { returned }) }
            .to raise_safely(described_class::InvalidCredentialsError,
                             /\AObject#credentials: (credentials )?#{field}\b/)
        end
      end
    end

    it 'a field that is missing' do
      expect { sign(provider { Struct.new(:access_key_id).new('CANARY-KEY') }) }
        .to raise_safely(described_class::InvalidCredentialsError, /has no #secret_access_key/)
    end
  end

  describe 'when #credentials raises' do
    let(:wrapper) { described_class::CredentialsProviderError }

    it 'wraps a StandardError, with the whole chain in its message' do
      raising = provider do
        raise IOError, 'connection reset'
      rescue IOError
        raise KeyError, 'no answer'
      end
      expect { sign(raising) }
        .to raise_safely(wrapper, /\AObject#credentials raised KeyError: no answer, caused by IOError: .+ reset\z/)
      expect { sign(raising) }.to raise_error(have_attributes(cause: an_instance_of(KeyError)))
      expect { sign(provider { |one| one }) }.to raise_safely(wrapper, /credentials raised ArgumentError: wrong num/)
      returned = set.tap { |object| def object.session_token = raise(IOError, 'gone') }
      expect { sign(provider { returned }) }.to raise_safely(wrapper, /IOError: gone/)
    end

    it 'wraps a StopIteration, which would silently end a loop around the request' do
      expect { sign(provider { raise StopIteration }) }.to raise_safely(wrapper, /StopIteration/)
    end

    it 'wraps an error whose message is in another encoding, is none, or raises itself' do
      latin = provider { raise "na\xEFve".dup.force_encoding('ISO-8859-1') rescue raise 'naïve' } # rubocop:disable Style/RescueModifier
      own = { message: -> {}, to_s: -> { raise 'no message' }, cause: -> { self } }
      errors = own.map { |name, body| Class.new(StandardError) { define_method(name, &body) } }
      raising = [latin, provider { raise 'wide'.encode('UTF-16LE') }, provider { raise "\xFF".b },
                 *errors.map { |error| provider { raise error } }]
      raised = raising.map { |each| error_of { sign(each) } }
      expect(raised.map(&:class)).to all(eq(wrapper)), raised.map(&:inspect).join("\n")
    end

    it 'leaves an interrupt, an exit, and errors of RubyLLM as they are' do
      [Interrupt, SystemExit, NoMemoryError, NotImplementedError, Exception, RubyLLM::ConfigurationError,
       described_class::Error].each do |error|
        expect(error_of { sign(provider { raise error, 'as it is' }) }).to be_an_instance_of(error)
      end
    end

    it 'leaves a throw, a timeout and the end of its stack as they are' do
      expect(catch(:done) { sign(provider { throw :done, :thrown }) }).to eq(:thrown)
      expect { Timeout.timeout(0.05) { sign(provider { sleep }) } }.to raise_safely(Timeout::Error)
      again = request
      endless = provider { RubyLLM::BedrockCredentials.sign(again, self) }
      expect { sign(endless) }.to raise_error(SystemStackError)
      expect(sign.size).to eq(4)
    end

    it 'ends with its thread, and what was to be ensured is' do
      events = Queue.new
      endless = provider { events.push(:started) && sleep }
      thread = Thread.new do
        sign(endless)
        events << :signed
      ensure
        events << :ensured
      end
      events.pop
      thread.kill.join
      expect([events.pop, events.size, thread.status]).to eq([:ensured, 0, false])
    end

    def error_of
      yield
      nil
    rescue Exception => e # rubocop:disable Lint/RescueException
      e
    end
  end

  it 'takes a provider that answers by method_missing, or goes on in another turn of its fiber' do
    answering = Class.new(BasicObject) do
      define_method(:initialize) { |set| @set = set }
      define_method(:method_missing) { |name, *| name == :credentials ? @set : super(name) }
    end
    expect(sign(answering.new(good)).size).to eq(4)
    fiber = Fiber.new { sign(provider { Fiber.yield }) }
    fiber.resume
    expect(fiber.resume(good)).to include('x-amz-security-token' => 'CANARY-TOKEN')
  end

  describe 'hashes the bytes of a body' do
    it 'that is frozen, of a subclass, of any encoding, or none at all' do
      odd = Class.new(String) { %i[to_s to_str bytesize].each { |name| define_method(name) { raise 'never asked' } } }
      large = 'x' * 70_000
      [large.freeze, 'é'.encode('UTF-16LE'), "\xFF\0", 'é'.encode('ISO-8859-1'), odd.new('a'), odd.new(large)]
        .each do |body|
        expect(sign(body: body)['x-amz-content-sha256']).to eq(Digest::SHA256.hexdigest(String.new(body)))
      end
    end

    it 'as they were at one moment, whatever other threads do to it' do
      versions = ['a' * 70_000, 'b' * 90_000, '']
      body = +''
      writer = Thread.new { versions.cycle { |version| body.replace(version) } }
      hashes = Array.new(60) { sign(body: body)['x-amz-content-sha256'] }
      expect(versions.map { |version| Digest::SHA256.hexdigest(version) }).to include(*hashes)
      writer.kill.join
      writer = Thread.new do
        loop { body.concat('x' * 999).size > 99_000 ? body.slice!(0, 80_000) : body.setbyte(0, 1) }
      end
      expect(Array.new(60) { sign(body: body).size }).to all(eq(4))
    ensure
      writer.kill.join
    end
  end
end
