# frozen_string_literal: true

require 'securerandom'

class AwsStandIn
  # IAM Identity Center's OIDC service: CreateToken with a refresh token. A refresh token works once.
  # https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
  class SsoOidc < Service
    Client = Struct.new(:id, :secret, :refresh_token, keyword_init: true)

    def initialize(stand_in)
      super
      @clients = {}
      @mutex = Mutex.new
    end

    # Seconds an access token lives.
    attr_writer :token_lifetime

    def token_lifetime = @token_lifetime || 3600

    def operations = %i[oidc_create_token]

    def operation(request) = request.path == '/token' ? :oidc_create_token : nil

    # @return [Client] as `aws sso login` registers one
    def register
      client = Client.new(id: SecureRandom.alphanumeric(22), secret: "eyJraWQiOi#{SecureRandom.urlsafe_base64(48)}",
                          refresh_token: new_refresh_token)
      @mutex.synchronize { @clients[client.id] = client }
    end

    def answer(_operation, request, grant)
      refuse('not a POST', denied(nil)) unless request.http_method == 'POST'
      form = parse(request)
      unless form['grantType'] == 'refresh_token'
        refuse('not a refresh', error('UnsupportedGrantTypeException', 'unsupported_grant_type'))
      end
      refresh_token = exchange(form)
      lifetime = grant.lifetime(token_lifetime)
      respond({ accessToken: stand_in.sso.log_in(lifetime: lifetime), tokenType: 'Bearer',
                expiresIn: [lifetime, 0].max, refreshToken: refresh_token })
    end

    def throttled(_operation) = error('SlowDownException', 'slow_down')

    def denied(_operation) = error('AccessDeniedException', 'access_denied')

    def failed(_operation, status) = error('InternalServerException', 'server_error', status: status)

    private

    def exchange(form)
      @mutex.synchronize do
        client = @clients[form['clientId']]
        unless client && same?(client.secret, form['clientSecret'])
          refuse('an unknown client', error('InvalidClientException', 'invalid_client', status: 401))
        end
        unless same?(client.refresh_token, form['refreshToken'])
          refuse('a wrong refresh token', error('InvalidGrantException', 'invalid_grant'))
        end
        client.refresh_token = new_refresh_token
      end
    end

    def new_refresh_token = "aorAAAAAGd#{SecureRandom.urlsafe_base64(60)}"

    def error(type, code, status: 400) = json_error(status, type, code, error: code, error_description: type)
  end
end
