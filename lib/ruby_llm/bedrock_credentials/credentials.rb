# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # One set of AWS credentials, frozen. Its own provider, as Aws::Credentials is.
    class Credentials
      include Undumpable

      # @return [String, nil]
      attr_reader :access_key_id

      # @return [String, nil]
      attr_reader :secret_access_key

      # @return [String, nil]
      attr_reader :session_token

      # @return [String, nil] twelve digits, where the source tells
      attr_reader :account_id

      # @return [Time, nil] nil where they do not expire
      attr_reader :expiration

      # @param access_key_id [String, nil]
      # @param secret_access_key [String, nil]
      # @param session_token [String, nil]
      # @param account_id [String, nil]
      # @param expiration [Time, nil]
      def initialize(access_key_id:, secret_access_key:, session_token: nil, account_id: nil, expiration: nil)
        @access_key_id = access_key_id
        @secret_access_key = secret_access_key
        @session_token = session_token
        @account_id = account_id
        @expiration = expiration
        freeze
      end

      # @return [self]
      def credentials
        self
      end

      # @return [Boolean] whether there is an access key id and a secret access key
      def set?
        [access_key_id, secret_access_key].none? { |key| key.nil? || key.empty? }
      end

      # @return [String] the access key id at most
      def inspect
        "#<#{self.class} access_key_id=#{access_key_id.inspect}>"
      end
      alias to_s inspect

      # @api private
      def pretty_print(printer)
        printer.text(inspect)
      end

      # @return [Hash] the access key id alone
      def as_json(*)
        { 'access_key_id' => access_key_id }
      end

      # @return [String] the access key id alone
      def to_json(*arguments)
        as_json.to_json(*arguments)
      end
    end

    # RubyLLM's static keys, as a provider.
    # @api private
    class StaticCredentials < Credentials
      # @param config [RubyLLM::Configuration]
      def initialize(config)
        super(access_key_id: config.bedrock_api_key, secret_access_key: config.bedrock_secret_key,
              session_token: config.bedrock_session_token)
      end
    end
  end
end
