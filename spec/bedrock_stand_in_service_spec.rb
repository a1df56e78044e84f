# frozen_string_literal: true

require 'aws-eventstream'
require 'open3'
require 'rbconfig'
require 'socket'
require_relative 'support/signed_requests'

RSpec.describe BedrockStandIn, 'serves as Bedrock does' do
  include_context 'with signed requests'

  it 'dates its answers by its own clock' do
    clock.advance(3600)
    expect(Time.httpdate(post({})['Date'])).to be_within(1).of(clock.now)
  end

  it 'verifies a request of a proxied client for the host it names' do
    host = 'bedrock-runtime.us-west-2.amazonaws.com'
    headers = sign(headers: { 'host' => host })
    response = Net::HTTP.new(host, 80, '127.0.0.1', URI(stand_in.url).port).post(path, body, headers)
    expect([response.code, stand_in.log.last.target]).to eq(['200', "http://#{host}#{path}"])
  end

  context 'with a gateway in front' do
    let(:options) { { prefix: '/gw' } }
    let(:path) { '/v1/models' }

    it 'verifies mantle for its own service, over the path as sent' do
      headers = sign(http_method: 'GET', body: '', service: 'bedrock-mantle')
      response = Net::HTTP.start('127.0.0.1', URI(stand_in.url).port) { |http| http.get("/gw#{path}", headers) }
      expect(JSON.parse(response.body)['data'].size).to eq(3)
    end

    it 'answers a refusal as mantle does' do
      response = get('/gw/v1/models', signed_path: path)
      expect(JSON.parse(response.body)['error']).to include('code' => 'InvalidSignatureException')
    end
  end

  describe 'goes wrong on demand' do
    it 'with a status and an error code, so many times' do
      stand_in.fail_next(status: 503, times: 2, headers: { 'Retry-After' => '0' })
      answers = Array.new(3) { post(sign) }
      expect(answers.map { |answer| [answer.code, answer['x-amzn-ErrorType'], answer['Retry-After']] })
        .to eq(([%w[503 ServiceUnavailableException 0]] * 2) + [['200', nil, nil]])
    end

    it 'but only for what was signed well' do
      stand_in.throttle_next
      expect([post({}).code, post(sign).code]).to eq(%w[403 429])
    end

    it 'by hanging up' do
      stand_in.drop_next
      expect { post(sign) }.to raise_error(EOFError)
    end

    it 'by pointing to another host' do
      stand_in.redirect_next(to: 'http://elsewhere.example')
      expect(post(sign)).to have_attributes(code: '307')
        .and(satisfy { |response| response['Location'] == "http://elsewhere.example#{path}" })
    end
  end

  describe 'streams real event-stream frames' do
    let(:path) { '/model/us.amazon.nova-lite-v1%3A0/converse-stream' }

    def events(body)
      decoder = Aws::EventStream::Decoder.new
      message, = decoder.decode_chunk(body)
      [].tap do |found|
        while message
          found << message.headers.slice(':event-type', ':exception-type').values.first.value
          message, = decoder.decode_chunk
        end
      end
    end

    it 'a word at a time' do
      stand_in.say('one two')
      expect(events(post(sign).body))
        .to eq(%w[messageStart contentBlockDelta contentBlockDelta contentBlockStop messageStop metadata])
    end

    it 'until an exception ends it' do
      stand_in.break_stream_next(after: 1, exception: 'throttlingException')
      expect(events(post(sign).body)).to eq(%w[messageStart contentBlockDelta throttlingException])
    end

    it 'until it hangs up' do
      stand_in.break_stream_next(after: 1)
      expect { post(sign) }.to raise_error(EOFError)
    end
  end

  describe 'reads a body' do
    def exchange(*parts)
      socket = TCPSocket.new('127.0.0.1', URI(stand_in.url).port)
      head = sign.merge('connection' => 'close', **parts.shift).map { |name, value| "#{name}: #{value}\r\n" }.join
      socket.write("POST #{path} HTTP/1.1\r\n#{head}\r\n")
      parts.map { |part| part.respond_to?(:call) ? part.call(socket) : socket.write(part) }
      socket.read
    ensure
      socket&.close
    end

    it 'in chunks' do
      first, rest = body.unpack('a5a*')
      chunks = [first, rest].map { |part| "#{part.bytesize.to_s(16)}\r\n#{part}\r\n" }.join
      expect(exchange({ 'transfer-encoding' => 'chunked' }, "#{chunks}0\r\n\r\n")).to start_with('HTTP/1.1 200')
    end

    it 'that waits to be called for' do
      continued = ->(socket) { expect(socket.gets("\r\n\r\n")).to eq("HTTP/1.1 100 Continue\r\n\r\n") }
      expect(exchange({ 'content-length' => body.bytesize, 'expect' => '100-continue' }, continued, body))
        .to start_with('HTTP/1.1 200')
    end
  end

  describe 'asked by RubyLLM alone, in a process without this gem' do
    let(:program) { <<~RUBY }
      require 'json'
      require 'ruby_llm'
      RubyLLM.configure { |config| JSON.parse($stdin.read).each { |name, value| config.public_send("\#{name}=", value) } }
      chat = RubyLLM.chat(model: 'us.amazon.nova-lite-v1:0', provider: :bedrock, assume_model_exists: true)
      begin
        print chat.ask('hi').content
      rescue RubyLLM::Error => e
        print e.message
      end
    RUBY
    let(:clock) { Time }

    def ask(**configuration)
      keys = { bedrock_region: 'us-west-2', bedrock_api_key: credentials.access_key_id,
               bedrock_secret_key: credentials.secret_access_key, bedrock_session_token: credentials.session_token }
      output, = Open3.capture2(RbConfig.ruby, '-e', program, stdin_data: JSON.generate(keys.merge(configuration)))
      output
    end

    it 'accepts what it signs for a default port' do
      expect(ask(bedrock_api_base: 'http://bedrock-runtime.us-west-2.amazonaws.com', http_proxy: stand_in.proxy_url))
        .to eq('Hello from the stand-in.')
    end

    it 'refuses what it signs for another, as it leaves the port out of the host' do
      expect(ask(bedrock_api_base: stand_in.url)).to match(mismatch)
    end
  end
end
