# frozen_string_literal: true

require 'digest'
require_relative 'support/gvl_threshold'

RSpec.describe RubyLLM::BedrockCredentials, '.sign, hashes the bytes of a body' do
  let(:provider) { described_class::Credentials.new(access_key_id: 'AKID', secret_access_key: 'secret') }

  def hash_of(body)
    request = described_class::Request.new(http_method: 'POST', url: 'https://h.example/model', region: 'us-west-2',
                                           body: body)
    described_class.sign(request, provider)['x-amz-content-sha256']
  end

  # The block's thread changes the body for as long as the hashes are taken.
  def hashes_beside(body, &)
    writer = Thread.new { loop(&) }
    Array.new(60) { hash_of(body) }
  ensure
    writer.kill.join
  end

  it 'that is frozen, of a subclass, of any encoding, or none at all' do
    odd = Class.new(String) { %i[to_s to_str bytesize].each { |name| define_method(name) { raise 'never asked' } } }
    ['é'.encode('UTF-16LE'), "\xFF\0", 'é'.encode('ISO-8859-1'), odd.new('a')].each do |body|
      expect(hash_of(body)).to eq(Digest::SHA256.hexdigest(String.new(body)))
    end
  end

  { 'with' => GvlThreshold::BYTES - 1, 'without' => GvlThreshold::BYTES }.each do |lock, size|
    describe "#{lock} the GVL" do
      it 'that is frozen, or of a subclass' do
        [('x' * size).freeze, Class.new(String).new('y' * size)].each do |body|
          expect(hash_of(body)).to eq(Digest::SHA256.hexdigest(String.new(body)))
        end
      end

      it 'as they were at one moment, whatever other threads put in their place' do
        versions = ['a' * size, 'b' * size, '']
        body = +''
        turn = versions.cycle
        hashes = hashes_beside(body) { body.replace(turn.next) }
        expect(versions.map { |version| Digest::SHA256.hexdigest(version) }).to include(*hashes)
      end

      it 'as they were at one moment, while another thread writes into them from their beginning to their end' do
        blank = ('x' * size).freeze
        places = (0...size).step(size / 32).to_a
        moments = [blank, *places].inject([]) do |seen, place|
          seen << (place.is_a?(String) ? place : seen.last.dup.tap { |next_one| next_one.setbyte(place, 0) })
        end
        body = blank.dup
        hashes = hashes_beside(body) { body.replace(blank) && places.each { |place| body.setbyte(place, 0) } }
        expect(moments.map { |moment| Digest::SHA256.hexdigest(moment) }).to include(*hashes)
      end
    end
  end
end
