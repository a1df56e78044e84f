# frozen_string_literal: true

require 'securerandom'
require_relative 'token_file'

class AwsStandIn
  # The credentials endpoint of an ECS task, and that of EKS Pod Identity's agent.
  # https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
  class ContainerCredentials < Service
    ECS_PATH = "/v2/credentials/#{SecureRandom.uuid}".freeze
    POD_IDENTITY_PATH = '/v1/credentials'

    # @return [TokenFile] what the Authorization header must be
    attr_reader :authorization

    def initialize(stand_in)
      super
      @authorization = TokenFile.new { "container-authorization-#{SecureRandom.urlsafe_base64(48)}" }
    end

    def operations = %i[container_credentials]

    def operation(request)
      :container_credentials if [ECS_PATH, POD_IDENTITY_PATH].include?(request.path)
    end

    def answer(_operation, request, grant)
      refuse('not a GET', error(405, 'MethodNotAllowed', 'GET only')) unless request.http_method == 'GET'
      check(request['authorization'])
      set = grant.credentials
      respond(origin(request).merge(AccessKeyId: set.access_key_id, SecretAccessKey: set.secret_access_key,
                                    Token: set.session_token, Expiration: set.expiration.utc.iso8601))
    end

    def throttled(_operation) = error(429, 'ThrottlingException', 'Rate exceeded')

    def denied(_operation) = error(403, 'AccessDeniedException', 'Not allowed to assume the role')

    def failed(_operation, status) = error(status, 'InternalServerError', 'Unable to get credentials')

    private

    def check(given)
      refuse('no Authorization header', error(401, 'Unauthorized', 'No authorization token')) unless given
      return if same?(authorization.token, given)

      refuse('a wrong Authorization header', error(403, 'AccessDeniedException', 'Invalid authorization token'))
    end

    # ECS tells the role, EKS the account.
    def origin(request)
      return { AccountId: ACCOUNT_ID } if request.path == POD_IDENTITY_PATH

      { RoleArn: "arn:aws:iam::#{ACCOUNT_ID}:role/bedrock-task-role" }
    end

    def error(status, code, message) = respond({ code: code, message: message }, status: status)
  end
end
