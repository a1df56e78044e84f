# frozen_string_literal: true

require 'stringio'
require_relative 'support/bad_input'

# In this process: a crash, or a panic that became Ruby's `fatal`, would end the run.
RSpec.describe RubyLLM::BedrockCredentials, '.sign, given bad input' do
  include_context 'with bad input'

  basic = BasicObject.new
  number = Class.new(Numeric) { def to_s = raise('a number without digits') }.new

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
        '' => ["https://h/?a=#{'*' * 30_000}", "https://h/?#{'a&' * 30_000}", cjk('https://h/aa'),
               'https://h/'.encode('UTF-16LE')]
      },
      'http_method' => { 'must be a String' => [nil, 7, basic], 'is empty' => [''], 'is not valid UTF-8' => ["P\xFF"],
                         'HTTP does not allow' => ["GET\n", 'GE T', "\0", 'GÉT', 'POST / HTTP/1.1'],
                         '' => ['POST'.encode('UTF-16BE'), cjk('POST')] },
      'region' => { 'must be a String' => [nil, 1, basic], 'is empty' => [''], 'is not valid UTF-8' => ["u\xFF"],
                    'AWS has' => ['us west', 'a/b', "us\n", "\0", 'é', 'a,b'],
                    '' => ['us'.encode('UTF-16LE'), cjk('us-west-'), 'us'.b.force_encoding('UTF-7')] },
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
        '"X-Amz-A"' => ["\xFF", 'b'.encode('UTF-16LE'), cjk('ab'), number].map { |value| { 'X-Amz-A' => value } },
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
end
