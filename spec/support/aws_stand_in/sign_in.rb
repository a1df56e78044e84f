# frozen_string_literal: true

require 'openssl'
require 'securerandom'
require_relative 'dpop_proof'

class AwsStandIn
  # AWS Sign-In's CreateOAuth2Token, which renews what `aws login` left on disk. Refresh tokens work once, and only
  # for whoever holds the session's key.
  # https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html
  class SignIn < Service
    CLIENT_ID = 'arn:aws:signin:::devtools/same-device'
    Session = Struct.new(:key, :refresh_token, keyword_init: true)

    def initialize(stand_in)
      super
      @sessions = []
      @proofs = {}
      @mutex = Mutex.new
    end

    def operations = %i[signin_create_token]

    def operation(request) = request.path == '/v1/token' ? :signin_create_token : nil

    # @return [Session] as `aws login` begins one
    def log_in
      session = Session.new(key: OpenSSL::PKey::EC.generate('prime256v1'), refresh_token: new_refresh_token)
      @mutex.synchronize { @sessions << session }
      session
    end

    # Every session is over, as after its twelve hours.
    def log_out = @mutex.synchronize { @sessions.clear }

    def answer(_operation, request, grant)
      refuse('not a POST', invalid('POST only')) unless request.http_method == 'POST'
      form = parse(request)
      unless form.slice('clientId', 'grantType') == { 'clientId' => CLIENT_ID, 'grantType' => 'refresh_token' }
        refuse("an unknown client or grant: #{form.keys}", invalid('clientId or grantType'))
      end
      session = session_of(form['refreshToken'])
      check_proof(request, session)
      renew(grant.credentials, @mutex.synchronize { session.refresh_token = new_refresh_token })
    end

    def throttled(_operation) = json_error(429, 'TooManyRequestsError', 'Rate exceeded', error: 'server_error')

    def denied(_operation)
      json_error(403, 'AccessDeniedException', 'Not allowed', error: 'INSUFFICIENT_PERMISSIONS')
    end

    def failed(_operation, status)
      json_error(status, 'InternalServerException', 'Internal failure', error: 'server_error')
    end

    private

    def renew(set, refresh_token)
      respond({ accessToken: { accessKeyId: set.access_key_id, secretAccessKey: set.secret_access_key,
                               sessionToken: set.session_token },
                tokenType: 'aws_sigv4', expiresIn: [(set.expiration - stand_in.now).round, 0].max,
                refreshToken: refresh_token })
    end

    def session_of(refresh_token)
      session = @mutex.synchronize { @sessions.find { |candidate| same?(candidate.refresh_token, refresh_token) } }
      session || refuse('an unknown or used refresh token',
                        json_error(401, 'AccessDeniedException', 'The session is over', error: 'TOKEN_EXPIRED'))
    end

    def check_proof(request, session)
      proof = DpopProof.new(request['dpop'])
      proof.verify(key: session.key, http_method: 'POST', now: stand_in.now,
                   url: "#{stand_in.url[/\Ahttps?/]}://#{request['host']}#{request.path}")
      first = @mutex.synchronize { @proofs[proof.id] ? false : @proofs[proof.id] = true }
      raise DpopProof::Invalid, 'DPoP: shown before' unless first
    rescue DpopProof::Invalid => e
      refuse(e.message, invalid(e.message))
    end

    def new_refresh_token = "signin-refresh-#{SecureRandom.urlsafe_base64(60)}"

    def invalid(message) = json_error(400, 'ValidationException', message, error: 'INVALID_REQUEST')
  end
end
