# frozen_string_literal: true

require_relative 'response'

class BedrockStandIn
  # Why AWS turns a request away, in AWS's words.
  class Refusal < StandardError
    attr_reader :code, :status

    def initialize(code, message, status: 403)
      @code = code
      @status = status
      super(message)
    end

    def self.signature_mismatch
      invalid_signature('The request signature we calculated does not match the signature you provided. Check your ' \
                        'AWS Secret Access Key and signing method. Consult the service documentation for details.')
    end

    def self.invalid_signature(message)
      new('InvalidSignatureException', message)
    end

    def self.incomplete_signature(message)
      new('IncompleteSignatureException', message)
    end

    def self.missing_token
      new('MissingAuthenticationTokenException', 'Missing Authentication Token')
    end

    def self.unrecognized_client
      new('UnrecognizedClientException', 'The security token included in the request is invalid.')
    end

    def self.expired_token
      new('ExpiredTokenException', 'The security token included in the request is expired')
    end

    # A key that is none is told from one that is not known (any more).
    def self.malformed_api_key
      new('AccessDeniedException', 'Invalid API Key format: Must start with pre-defined prefix')
    end

    def self.unknown_api_key
      new('AccessDeniedException', 'Authentication failed: Please make sure your API Key is valid.')
    end

    def self.expired_api_key
      new('AccessDeniedException', 'Bearer Token has expired')
    end

    def self.validation(message)
      new('ValidationException', message, status: 400)
    end

    def self.unknown_operation
      new('UnknownOperationException', 'The requested operation is not recognized by the service.', status: 404)
    end

    def response(mantle:)
      mantle ? Response.mantle_error(code, message, status:) : Response.error(code, message, status:)
    end
  end
end
