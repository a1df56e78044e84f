# frozen_string_literal: true

require 'base64'
require 'json'
require 'openssl'

class AwsStandIn
  # A demonstration of proof of possession, RFC 9449: a JWT, signed with the key it carries, for one request.
  class DpopProof
    class Invalid < StandardError; end

    # Seconds a proof may be old, or from the future.
    LEEWAY = 300

    def initialize(jwt)
      parts = jwt.to_s.split('.', -1)
      raise Invalid, 'the DPoP header is not a JWT' unless parts.size == 3

      @message = parts.first(2).join('.')
      @header, @payload = parts.first(2).map { |part| JSON.parse(decode(part)) }
      @signature = decode(parts.last)
    rescue ArgumentError, JSON::ParserError
      raise Invalid, 'the DPoP header is not a JWT'
    end

    # Names this proof: whoever shows it twice is replaying it.
    def id = @payload['jti']

    # @raise [Invalid] with the first thing that is wrong
    def verify(key:, http_method:, url:, now:)
      expect(@header.slice('typ', 'alg') == { 'typ' => 'dpop+jwt', 'alg' => 'ES256' }, 'typ or alg')
      expect(@header['jwk'] == jwk(key), 'another key than the one the session is bound to')
      expect(@payload.slice('htm', 'htu') == { 'htm' => http_method, 'htu' => url }, "htm or htu: #{@payload}")
      expect(id.is_a?(String) && !id.empty?, 'no jti')
      expect((Integer(@payload['iat'], exception: false).to_i - now.to_i).abs <= LEEWAY, 'iat is not now')
      expect(@signature.bytesize == 64 && key.verify('SHA256', der, @message), 'the signature')
    end

    private

    def expect(condition, wrong)
      raise Invalid, "DPoP: #{wrong}" unless condition
    end

    def jwk(key)
      point = key.public_key.to_octet_string(:uncompressed)
      { 'kty' => 'EC', 'crv' => 'P-256', 'x' => encode(point[1, 32]), 'y' => encode(point[33, 32]) }
    end

    # OpenSSL wants r and s as ASN.1, JWS has them side by side.
    def der
      numbers = [@signature[0, 32], @signature[32, 32]].map { |bytes| OpenSSL::BN.new(bytes, 2) }
      OpenSSL::ASN1::Sequence.new(numbers.map { |number| OpenSSL::ASN1::Integer.new(number) }).to_der
    end

    def encode(bytes) = Base64.urlsafe_encode64(bytes, padding: false)

    def decode(text) = Base64.urlsafe_decode64(text)
  end
end
