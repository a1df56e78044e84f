# frozen_string_literal: true

require 'securerandom'

class AwsStandIn
  # EC2's instance metadata service with version 1 switched off.
  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  class InstanceMetadata < Service
    TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
    TTL_RANGE = (1..21_600)
    CREDENTIALS_PATH = %r{\A/latest/meta-data/iam/security-credentials(?:-extended)?/(.*)\z}

    # The instance's role; nil for an instance without one, which answers 404.
    attr_accessor :role
    # Whether `security-credentials-extended`, which adds the account id, is there; newer SDKs try it first.
    attr_accessor :extended

    def initialize(stand_in)
      super
      @role = 'bedrock-instance-role'
      @extended = true
      @tokens = {}
      @mutex = Mutex.new
    end

    def operations = %i[imds_token imds_role imds_credentials imds_region]

    def operation(request)
      case request.path
      when '/latest/api/token' then :imds_token
      when CREDENTIALS_PATH then Regexp.last_match(1).empty? ? :imds_role : :imds_credentials
      when '/latest/meta-data/placement/region' then :imds_region
      end
    end

    def answer(operation, request, grant)
      return grant_token(request, grant) if operation == :imds_token

      check(request)
      case operation
      when :imds_region then text(stand_in.region)
      when :imds_role then text(role || not_found)
      when :imds_credentials then credentials(request, grant)
      end
    end

    # Every token granted so far stops working, as after a restart of the service.
    def forget_tokens = @mutex.synchronize { @tokens.clear }

    def throttled(_operation) = page(503, 'Service Unavailable')

    def denied(_operation) = page(403, 'Forbidden')

    def failed(_operation, status) = page(status, 'Internal Server Error')

    private

    def grant_token(request, grant)
      bad_request('the token must be asked for with PUT') unless request.http_method == 'PUT'
      # It refuses proxied requests: https://aws.amazon.com/blogs/security/defense-in-depth-…-ec2-instance-metadata
      refuse('the request came through a proxy', page(403, 'Forbidden')) if request['x-forwarded-for']
      ttl = request[TTL_HEADER] or bad_request("no #{TTL_HEADER} header")
      ttl = Integer(ttl, 10, exception: false)
      bad_request("#{TTL_HEADER} is not a number from 1 to 21600") unless ttl && TTL_RANGE.cover?(ttl)

      token = "AQAEA#{SecureRandom.urlsafe_base64(39)}=="
      ttl = grant.lifetime(ttl)
      @mutex.synchronize { @tokens[token] = stand_in.now + ttl }
      text(token, headers: { TTL_HEADER => [ttl, 0].max.to_s })
    end

    def check(request)
      refuse('not a GET', page(405, 'Method Not Allowed')) unless request.http_method == 'GET'
      token = request['x-aws-ec2-metadata-token'] or refuse('no metadata token', page(401, 'Unauthorized'))
      expiry = @mutex.synchronize { @tokens[token] }
      refuse('an unknown metadata token', page(401, 'Unauthorized')) unless expiry
      refuse('an expired metadata token', page(401, 'Unauthorized')) if expiry <= stand_in.now
    end

    def credentials(request, grant)
      not_found if request.path.include?('-extended/') && !extended
      not_found unless role == request.path[CREDENTIALS_PATH, 1]
      set = grant.credentials
      extra = request.path.include?('-extended/') ? { AccountId: ACCOUNT_ID } : {}
      text(JSON.pretty_generate(describe(set).merge(extra)))
    end

    def describe(set)
      { Code: 'Success', LastUpdated: stand_in.now.utc.iso8601, Type: 'AWS-HMAC', AccessKeyId: set.access_key_id,
        SecretAccessKey: set.secret_access_key, Token: set.session_token, Expiration: set.expiration.utc.iso8601 }
    end

    # It says text/plain of everything, JSON too.
    def text(body, headers: {}) = respond(body, type: 'text/plain', headers: { 'Server' => 'EC2ws' }.merge(headers))

    def bad_request(reason) = refuse(reason, page(400, 'Bad Request'))

    def not_found = refuse('no such metadata', page(404, 'Not Found'))

    def page(status, title)
      respond(<<~XML, status: status, type: 'text/html', headers: { 'Server' => 'EC2ws' })
        <?xml version="1.0" encoding="iso-8859-1"?>
        <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
         <head><title>#{status} - #{title}</title></head>
         <body><h1>#{status} - #{title}</h1></body>
        </html>
      XML
    end
  end
end
