# frozen_string_literal: true

require_relative 'verdict'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # What a Bedrock API key is called, as in DefaultCredentialsChain#source.
      API_KEY = "Environment(#{BearerToken::VARIABLE})".freeze

      # `from` is the option, the variable or the profile that names it.
      Region = Struct.new(:name, :from, keyword_init: true)

      # One source of credentials, or the provider that the application was given.
      #
      # `outcome` is :found, :failed, :not_set, :skipped (by choice), :shadowed (set up, and not asked as an
      # earlier one answered) or :not_tried; `seconds` is nil where it was not asked.
      Source = Struct.new(:name, :outcome, :detail, :seconds, keyword_init: true)

      # The set that signs, without what is secret. `expiration` and `next_refresh` are nil where the set does
      # not expire, or where its provider does not tell.
      Found = Struct.new(:source, :access_key_id, :account_id, :expiration, :next_refresh, keyword_init: true) do
        def expired?
          !expiration.nil? && expiration <= Time.now
        end
      end

      # What works, but perhaps not as meant, or will not work; and what to do. `code` is for programs.
      Warning = Struct.new(:code, :message, :action, keyword_init: true)

      # What AWS answered to one signed request. `status` is nil where no answer came, and `message` then says why.
      # `clock_offset` is how many seconds AWS's clock is ahead of this machine's.
      Verification = Struct.new(:url, :status, :code, :message, :seconds, :clock_offset, :models, keyword_init: true) do
        def accepted?
          status == 200
        end

        # Who may do what AWS asks of those whom it has recognized.
        def denied?
          status == 403 && code == 'AccessDeniedException'
        end
      end

      # All that is shown, as text or as JSON.
      #
      # `loaded` is whether an application was, `signs_with` the option that decides (see
      # Application#signs_with), `api_key` whether a Bedrock API key is sent in the place of a signature;
      # `verification` is nil without --verify.
      Report = Struct.new(:versions, :region, :loaded, :signs_with, :provider, :profile, :sources, :found, :api_key,
                          :warnings, :verification, keyword_init: true) do
        # An API key that AWS does not know has the code of one that may not do this; the words differ.
        # @return [Boolean] whether AWS recognized who asked, and did not let it list models
        def listing_denied?
          return false unless verification&.denied?

          !api_key || verification.message.match?(/not authorized to perform: bedrock:ListFoundationModels\b/)
        end

        # @return [Verdict]
        def verdict
          Verdict.new(self)
        end

        # @return [Boolean] what the exit status says
        def healthy?
          verdict.healthy?
        end
      end
    end
  end
end
