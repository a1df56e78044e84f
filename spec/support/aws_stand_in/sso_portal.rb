# frozen_string_literal: true

require 'securerandom'

class AwsStandIn
  # IAM Identity Center's portal: GetRoleCredentials.
  # https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
  class SsoPortal < Service
    ROLE_NAME = 'BedrockUser'

    def initialize(stand_in)
      super
      @tokens = {}
      @mutex = Mutex.new
    end

    def operations = %i[sso_get_role_credentials]

    def operation(request) = request.path == '/federation/credentials' ? :sso_get_role_credentials : nil

    # @return [String] an access token as a login gives it
    def log_in(lifetime:)
      token = "aoaAAAAAGc#{SecureRandom.urlsafe_base64(60)}"
      @mutex.synchronize { @tokens[token] = stand_in.now + lifetime }
      token
    end

    # Everyone is logged out, whatever the tokens on disk say of their expiry.
    def log_out = @mutex.synchronize { @tokens.clear }

    def answer(_operation, request, grant)
      refuse('not a GET', json_error(405, 'MethodNotAllowed', 'GET only')) unless request.http_method == 'GET'
      check_token(request['x-amz-sso_bearer_token'])
      check_role(request.params)
      set = grant.credentials
      respond({ roleCredentials: { accessKeyId: set.access_key_id, secretAccessKey: set.secret_access_key,
                                   sessionToken: set.session_token, expiration: (set.expiration.to_r * 1000).to_i } })
    end

    def throttled(_operation) = json_error(429, 'TooManyRequestsException', 'HTTP 429 Too Many Requests')

    def denied(_operation) = json_error(403, 'ForbiddenException', 'No access')

    def failed(_operation, status) = json_error(status, 'InternalServerException', 'Internal failure')

    private

    def check_token(token)
      expiry = @mutex.synchronize { @tokens[token] }
      return if expiry && expiry > stand_in.now

      reason = { nil => 'an unknown SSO token' }.fetch(expiry, 'an expired SSO token')
      refuse(token ? reason : 'no SSO token',
             json_error(401, 'UnauthorizedException', 'Session token not found or invalid'))
    end

    def check_role(query)
      return if query == { 'role_name' => ROLE_NAME, 'account_id' => ACCOUNT_ID }

      refuse("an unknown role or account: #{query}", json_error(403, 'ForbiddenException', 'No access'))
    end
  end
end
