# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # What goes wrong with credentials while requests are made. No message contains a secret or a
    # session token.
    #
    # Wrong configuration is a RubyLLM::ConfigurationError, a wrong argument an ArgumentError.
    class Error < RubyLLM::Error
      # RubyLLM 2 takes the message first and the response by name, RubyLLM 1 the response first.
      RESPONSE_BY_NAME = RubyLLM::Error.instance_method(:initialize).parameters.include?(%i[key response])
      private_constant :RESPONSE_BY_NAME

      # @param message [String, nil]
      # @param response [Faraday::Response, nil]
      def initialize(message = nil, response: nil)
        message ||= self.class.name
        if RESPONSE_BY_NAME
          super
        else
          super(response, message)
        end
      end
    end

    # The credentials a provider returned cannot sign: nil, blank, not Strings, or with characters
    # that AWS never issues. The message names the provider's class and the field.
    class InvalidCredentialsError < Error; end

    # The default chain, or what a role is assumed with, found no source that is set up. The message
    # has a line for each source, and what to set. (Aws::Errors::MissingCredentialsError is its like in aws-sdk-core.)
    class MissingCredentialsError < Error; end

    # A source that is set up, of the default chain or of another provider, gave no credentials: it
    # failed, hung, or answered with some that have expired. The message says which, why, and what the others said.
    class CredentialsSourceError < Error; end

    # A provider's #credentials raised. #cause is what it raised; the message has the whole chain.
    class CredentialsProviderError < Error
      class << self
        # @api private
        # @param raised [Exception] what #credentials raised
        # @param provider [String] the provider's class name
        # @return [Exception] what the caller of the request gets: an interrupt and RubyLLM's own
        #   errors as they are, every other StandardError wrapped
        def wrap(raised, provider)
          return raised unless wrap?(raised)

          begin
            raise new("#{provider}#credentials raised #{chain(raised)}"), cause: raised
          rescue self => e
            e
          end
        end

        private

        def wrap?(raised)
          case raised
          when RubyLLM::Error, RubyLLM::ConfigurationError then false
          else raised.is_a?(StandardError)
          end
        end

        def chain(raised)
          causes = []
          while raised && causes.size < 8
            causes << describe(raised)
            raised = raised.cause
          end
          causes.join(', caused by ')
        end

        # Messages in two encodings do not join, and one may raise: neither may hide the error.
        def describe(raised)
          message = raised.message.to_s.encode('UTF-8', invalid: :replace, undef: :replace).scrub
          "#{raised.class}: #{message}"
        rescue StandardError => e
          "#{raised.class} (whose message raised #{e.class})"
        end
      end
    end
  end
end
