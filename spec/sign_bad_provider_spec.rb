# frozen_string_literal: true

require 'timeout'
require_relative 'support/bad_input'

# In this process, as the bad requests are.
RSpec.describe RubyLLM::BedrockCredentials, '.sign, given a bad provider' do
  include_context 'with bad input'

  basic = BasicObject.new

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
             basic, false, 'CANARY-SECRET'.encode('UTF-16LE'), cjk('CANARY-SECRETS'), "\r\n", "\e"]
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
end
