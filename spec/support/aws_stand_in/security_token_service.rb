# frozen_string_literal: true

require 'base64'
require 'securerandom'
require 'uri'
require_relative '../bedrock_stand_in/verifier'
require_relative 'token_file'

class AwsStandIn
  # STS's query API. Signatures are verified; moto, which no one here wrote, is the other STS of the specs.
  # https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
  class SecurityTokenService < Service
    NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'
    ROLE = %r{\Aarn:aws:iam::\d{12}:role/(?<name>[\w+=,.@/-]+)\z}
    OPERATIONS = { 'AssumeRole' => :sts_assume_role, 'GetCallerIdentity' => :sts_get_caller_identity,
                   'AssumeRoleWithWebIdentity' => :sts_assume_role_with_web_identity }.freeze
    # What STS calls that which other services call otherwise.
    CODES = { 'InvalidSignatureException' => 'SignatureDoesNotMatch', 'ExpiredTokenException' => 'ExpiredToken',
              'UnrecognizedClientException' => 'InvalidClientTokenId',
              'MissingAuthenticationTokenException' => 'MissingAuthenticationToken' }.freeze

    # @return [TokenFile] the only web identity that is accepted
    attr_reader :web_identity

    def initialize(stand_in)
      super
      @roles = {}
      @web_identity = TokenFile.new { %w[header claims seal].map { |part| encode("#{part}#{rand}") }.join('.') }
      @verifier = BedrockStandIn::Verifier.new(account: stand_in.account, region: stand_in.region,
                                               clock: stand_in.account.clock)
    end

    # @return [String, nil] the ARN of the role that this access key id was issued for
    def role_of(access_key_id) = @roles[access_key_id]

    def operations = OPERATIONS.values

    def operation(request) = request.path == '/' ? OPERATIONS[form(request)['Action']] : nil

    def answer(operation, request, grant)
      form = form(request)
      unless request.http_method == 'POST' && form['Version'] == '2011-06-15'
        refuse('not a POST of version 2011-06-15', error(400, 'InvalidAction', 'Could not find operation'))
      end
      operation == :sts_assume_role_with_web_identity ? check_web_identity(form) : check_signature(request)
      return identity if operation == :sts_get_caller_identity

      check_role(form)
      assumed(form, grant.credentials)
    end

    def throttled(_operation) = error(400, 'Throttling', 'Rate exceeded')

    def denied(operation)
      error(403, 'AccessDenied', "User is not authorized to perform: sts:#{OPERATIONS.key(operation)}")
    end

    def failed(_operation, status) = error(status, 'InternalFailure', 'Internal failure', type: 'Receiver')

    private

    def form(request)
      URI.decode_www_form(request.body).to_h
    rescue ArgumentError
      {}
    end

    def check_signature(request)
      @verifier.verify(request, service: 'sts')
    rescue BedrockStandIn::Refusal => e
      refuse(e.message, error(403, CODES.fetch(e.code, e.code.delete_suffix('Exception')), e.message))
    end

    def check_web_identity(form)
      return if same?(web_identity.token, form['WebIdentityToken'])

      refuse('an unknown web identity',
             error(400, 'InvalidIdentityToken', 'No OpenIDConnect provider found in your account for this token'))
    end

    def check_role(form)
      invalid('roleArn') unless form['RoleArn'].to_s.match?(ROLE)
      invalid('roleSessionName') unless form['RoleSessionName'].to_s.match?(/\A[\w+=,.@-]{2,64}\z/)
      invalid('durationSeconds') unless Integer(form.fetch('DurationSeconds', '3600'), 10).between?(900, 43_200)
    end

    def invalid(field)
      refuse("#{field} is wrong", error(400, 'ValidationError', "Value at '#{field}' failed to satisfy constraint"))
    end

    def assumed(form, set)
      @roles[set.access_key_id] = form['RoleArn']
      arn = "arn:aws:sts::#{ACCOUNT_ID}:assumed-role/#{form['RoleArn'][ROLE, :name]}/#{form['RoleSessionName']}"
      success(form['Action'], <<~XML)
        <Credentials>
          <AccessKeyId>#{set.access_key_id}</AccessKeyId>
          <SecretAccessKey>#{set.secret_access_key}</SecretAccessKey>
          <SessionToken>#{set.session_token}</SessionToken>
          <Expiration>#{set.expiration.utc.iso8601}</Expiration>
        </Credentials>
        <AssumedRoleUser>
          <Arn>#{arn}</Arn>
          <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:#{form['RoleSessionName']}</AssumedRoleId>
        </AssumedRoleUser>
      XML
    end

    def identity
      success('GetCallerIdentity', "<Arn>arn:aws:iam::#{ACCOUNT_ID}:user/bedrock</Arn><UserId>AIDAEXAMPLE</UserId>" \
                                   "<Account>#{ACCOUNT_ID}</Account>")
    end

    def success(action, result)
      xml(200, "<#{action}Response xmlns=\"#{NAMESPACE}\">\n<#{action}Result>\n#{result}</#{action}Result>\n" \
               "<ResponseMetadata><RequestId>#{SecureRandom.uuid}</RequestId></ResponseMetadata>\n" \
               "</#{action}Response>\n")
    end

    def error(status, code, message, type: 'Sender')
      xml(status, "<ErrorResponse xmlns=\"#{NAMESPACE}\">\n<Error><Type>#{type}</Type><Code>#{code}</Code>" \
                  "<Message>#{message.encode(xml: :text)}</Message></Error>\n" \
                  "<RequestId>#{SecureRandom.uuid}</RequestId>\n</ErrorResponse>\n")
    end

    def xml(status, body) = respond(body, status: status, type: 'text/xml')

    def encode(text) = Base64.urlsafe_encode64(text, padding: false)

    def rand = SecureRandom.hex(32)
  end
end
