# frozen_string_literal: true

require 'time'

class AwsStandIn
  # The sources that begin with a person who logged in, and go on from what that left in a file.
  module LoginSources
    START_URL = 'https://d-1234567890.awsapps.com/start'
    SSO_SESSION = 'bedrock-sso'
    LOGIN_SESSION = "arn:aws:sts::#{ACCOUNT_ID}:assumed-role/Admin/admin".freeze

    private

    # @param token_lifetime [Numeric] seconds the access token on disk is good for; negative for one that has expired
    # @param refreshable [Boolean] whether a refresh token is there, too
    def sso(home, _host, token_lifetime: 8 * 3600, refreshable: true)
      home.sso_token(SSO_SESSION, access_token(token_lifetime).merge(refreshable ? refresh_token : {}))
      home.config(<<~INI)
        [profile bedrock]
        region = #{stand_in.region}
        sso_session = #{SSO_SESSION}
        sso_account_id = #{ACCOUNT_ID}
        sso_role_name = #{SsoPortal::ROLE_NAME}

        [sso-session #{SSO_SESSION}]
        sso_region = #{stand_in.region}
        sso_start_url = #{START_URL}
        sso_registration_scopes = sso:account:access
      INI
      { 'AWS_PROFILE' => 'bedrock' }
    end

    # @param token_lifetime see #sso
    def sso_legacy(home, _host, token_lifetime: 8 * 3600)
      home.sso_token(START_URL, access_token(token_lifetime))
      home.config(<<~INI)
        [profile bedrock]
        region = #{stand_in.region}
        sso_start_url = #{START_URL}
        sso_region = #{stand_in.region}
        sso_account_id = #{ACCOUNT_ID}
        sso_role_name = #{SsoPortal::ROLE_NAME}
      INI
      { 'AWS_PROFILE' => 'bedrock' }
    end

    # @param token_lifetime [Numeric] seconds the credentials on disk are good for; -1 makes the first read renew them
    def login(home, _host, token_lifetime: -1)
      session = stand_in.signin.log_in
      home.login_token(LOGIN_SESSION, login_token(session, stand_in.account.issue(lifetime: token_lifetime)))
      home.config(<<~INI)
        [profile bedrock]
        region = #{stand_in.region}
        login_session = #{LOGIN_SESSION}
      INI
      { 'AWS_PROFILE' => 'bedrock' }
    end

    def access_token(lifetime)
      { accessToken: stand_in.sso.log_in(lifetime: lifetime), expiresAt: (stand_in.now + lifetime).utc.iso8601,
        region: stand_in.region, startUrl: START_URL }
    end

    def refresh_token
      client = stand_in.oidc.register
      { clientId: client.id, clientSecret: client.secret, refreshToken: client.refresh_token,
        registrationExpiresAt: (stand_in.now + (90 * 86_400)).utc.iso8601 }
    end

    def login_token(session, set)
      { accessToken: { accessKeyId: set.access_key_id, secretAccessKey: set.secret_access_key,
                       sessionToken: set.session_token, accountId: ACCOUNT_ID,
                       expiresAt: set.expiration.utc.iso8601 },
        tokenType: 'aws_sigv4', refreshToken: session.refresh_token, idToken: 'identity-token',
        clientId: SignIn::CLIENT_ID, dpopKey: session.key.to_pem }
    end
  end
end
