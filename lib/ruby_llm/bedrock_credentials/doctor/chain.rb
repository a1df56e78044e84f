# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    module Doctor
      # AWS's default chain, walked once past its cache, by the native Diagnosis.
      # @api private
      class Chain
        # @param region [String, nil]
        # @param profile [String, nil]
        def initialize(region, profile)
          @diagnosis = Diagnosis.build(region, profile)
        end

        # Waits for the sources; other threads run meanwhile, and it can be interrupted.
        def run
          @diagnosis.run
        end

        # @return [String] the source that is being asked
        def current
          @diagnosis.current || 'the sources'
        end

        # @return [Array<Source>]
        def sources
          @diagnosis.sources.map do |source|
            source[:seconds] = nil if %i[not_tried shadowed skipped].include?(source[:outcome])
            Source.new(**source)
          end
        end

        # @return [Found, nil]
        def found
          return unless signer

          Found.new(source: @diagnosis.source, access_key_id: signer.access_key_id, account_id: signer.account_id,
                    expiration: signer.expiration, next_refresh: @diagnosis.refresh_due)
        end

        # @return [Credentials, nil]
        def signer
          @signer ||= @diagnosis.credentials
        end

        # @return [Region, nil]
        def region
          name, from = @diagnosis.region
          Region.new(name: name, from: from) if name
        end

        # @return [Boolean]
        def temporary_without_token?
          !!signer&.access_key_id&.start_with?('ASIA') && signer.session_token.nil?
        end
      end
    end
  end
end
