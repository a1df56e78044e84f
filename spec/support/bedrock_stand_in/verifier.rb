# frozen_string_literal: true

require 'aws-sigv4'
require 'openssl'
require 'time'
require 'uri'
require_relative 'authorization'
require_relative 'wire_query'

class BedrockStandIn
  # SigV4 as the service sees it: everything is recomputed from the bytes received, by AWS's own signer.
  class Verifier
    # Seconds a signature is good for either way.
    CLOCK_SKEW = 5 * 60

    UNSIGNED = "'%s' must be a 'SignedHeader' in the AWS Authorization."

    # @param signed_content_type [Boolean] refuse a Content-Type that is not signed. AWS's documentation asks for it,
    #   its services do not (RubyLLM never signs it), hence an option.
    # @param lenient_query [Boolean] see WireQuery
    def initialize(account:, region:, clock:, signed_content_type: false, lenient_query: false)
      @account = account
      @region = region
      @clock = clock
      @signed_content_type = signed_content_type
      @lenient_query = lenient_query
    end

    # @param service [String] the signing name of the endpoint that was asked
    # @return [Authorization, nil] nil for an API key, which is good for every endpoint
    # @raise [Refusal]
    def verify(request, service:)
      return @account.api_keys.verify(request.api_key) if request.api_key

      authorization = Authorization.new(request['authorization'])
      credentials = authenticate(authorization, request)
      check_authority(request)
      check_scope(authorization, request, service)
      check_signed_headers(authorization, request)
      check_date(request['x-amz-date'])
      check_signature(authorization, request, credentials)
      authorization
    end

    private

    # The token must be the one issued with this key: half of one set and half of another is what a torn read sends.
    # It is judged by when the request arrived: a busy machine may come to it after a set of seconds has expired.
    def authenticate(authorization, request)
      credentials = @account.find(authorization.access_key_id)
      token = request['x-amz-security-token']
      raise Refusal.unrecognized_client unless credentials && credentials.session_token == token
      raise Refusal.expired_token if credentials.expired?(request.received_at)

      credentials
    end

    def check_authority(request)
      return if request['host'] && request.authority == request['host']

      raise Refusal.validation('The Host header and the request target name different hosts.')
    end

    def check_scope(authorization, request, service)
      if authorization.region != @region
        raise Refusal.invalid_signature('Credential should be scoped to a valid region. ')
      end
      if authorization.service != service
        raise Refusal.invalid_signature("Credential should be scoped to correct service: '#{service}'. ")
      end
      if authorization.terminator != 'aws4_request'
        raise Refusal.invalid_signature("Credential should be scoped with a valid terminator: 'aws4_request', not " \
                                        "'#{authorization.terminator}'. ")
      end

      check_scope_date(authorization.date, request['x-amz-date'])
    end

    def check_scope_date(scope_date, amz_date)
      return if amz_date.nil? || amz_date.start_with?(scope_date)

      raise Refusal.invalid_signature('Date in Credential scope does not match YYYYMMDD from ISO-8601 version of ' \
                                      "date from HTTP: '#{scope_date}' != '#{amz_date[0, 8]}', from '#{amz_date}'.")
    end

    def check_signed_headers(authorization, request)
      unsigned = must_be_signed(request) - authorization.signed_headers
      raise Refusal.invalid_signature(unsigned.map { |name| format(UNSIGNED, name) }.join(' ')) unless unsigned.empty?

      absent = authorization.signed_headers.reject { |name| request[name] }
      raise Refusal.signature_mismatch unless absent.empty?
    end

    def must_be_signed(request)
      names = ['host'] + request.headers.keys.grep(/\Ax-amz-/)
      names << 'content-type' if @signed_content_type && request['content-type']
      names
    end

    def check_date(amz_date)
      signed_at = Time.strptime(amz_date.to_s[/\A\d{8}T\d{6}(?=Z\z)/].to_s << '+0000', '%Y%m%dT%H%M%S%z')
      check_not_old(amz_date, signed_at)
      check_not_early(amz_date, signed_at)
    rescue ArgumentError
      raise Refusal.incomplete_signature("Authorization header requires existence of either a 'X-Amz-Date' or a " \
                                         "'Date' header, in ISO-8601 basic format.")
    end

    def check_not_old(amz_date, signed_at)
      now = @clock.now
      return if signed_at >= now - CLOCK_SKEW

      raise Refusal.invalid_signature("Signature expired: #{amz_date} is now earlier than #{iso(now - CLOCK_SKEW)} " \
                                      "(#{iso(now)} - 5 min.)")
    end

    def check_not_early(amz_date, signed_at)
      now = @clock.now
      return if signed_at <= now + CLOCK_SKEW

      raise Refusal.invalid_signature("Signature not yet current: #{amz_date} is still later than " \
                                      "#{iso(now + CLOCK_SKEW)} (#{iso(now)} + 5 min.)")
    end

    def check_signature(authorization, request, credentials)
      body_hash = OpenSSL::Digest::SHA256.hexdigest(request.body)
      claimed = request['x-amz-content-sha256']
      raise Refusal.signature_mismatch if claimed && claimed != body_hash

      # In full: the scope, the list of signed headers in its order, and the signature.
      expected = recompute(authorization, request, credentials)
      return if OpenSSL.secure_compare(expected, request['authorization'].gsub(/,\s*/, ', '))

      raise Refusal.signature_mismatch
    end

    def recompute(authorization, request, credentials)
      headers = request.headers.slice(*authorization.signed_headers)
      signer(authorization, credentials)
        .sign_request(http_method: request.http_method, url: canonical_url(request), headers:, body: request.body)
        .headers.fetch('authorization')
    rescue URI::InvalidURIError
      raise Refusal.signature_mismatch
    end

    # The token is among the signed headers already, and no header may be signed that the client did not name.
    def signer(authorization, credentials)
      Aws::Sigv4::Signer.new(service: authorization.service, region: authorization.region,
                             access_key_id: credentials.access_key_id,
                             secret_access_key: credentials.secret_access_key,
                             apply_checksum_header: false).tap { |signer| signer.unsigned_headers.clear }
    end

    def canonical_url(request)
      query = WireQuery.canonical(request.query, lenient: @lenient_query)
      "http://#{request['host']}#{request.path}#{'?' unless query.empty?}#{query}"
    end

    def iso(time)
      time.getutc.strftime('%Y%m%dT%H%M%SZ')
    end
  end
end
