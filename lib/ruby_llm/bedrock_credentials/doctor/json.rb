# frozen_string_literal: true

require 'json'
require_relative 'units'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # The report for programs. Keys are added, never renamed or removed, for as long as `schema` stays.
      #
      #   {
      #     "schema": 1,
      #     "healthy": true,                    // as the exit status says
      #     "reason": null,                     // in words, where it is not
      #     "versions": { "gem": "0.1.0", "ruby": "3.3.8", "ruby_llm": "2.1.1", "platform": "x86_64-linux-gnu" },
      #     "region": { "name": "us-west-2", "from": "AWS_REGION" },       // or null
      #     "loaded": false,                    // whether --require loaded an application
      #     "signs_with": "bedrock_use_aws_credentials_provider",          // the option that decides
      #     "provider": null,                   // the class of an application's own provider
      #     "profile": null,                    // that of --profile
      #     "api_key": false,                   // whether AWS_BEARER_TOKEN_BEDROCK is sent in the place of a signature
      #     "sources": [                        // in AWS's order
      #       { "name": "Environment",
      #         "outcome": "not_set",           // found, failed, not_set, skipped, shadowed, not_tried
      #         "detail": "AWS_ACCESS_KEY_ID is not set", "seconds": 0.00006 }
      #     ],
      #     "credentials": {                    // or null
      #       "source": "WebIdentityToken", "access_key_id": "ASIA...2KQ7", "account_id": "123456789012",
      #       "expiration": "2026-11-22T23:09:37Z", "next_refresh": "2026-11-22T22:54:37Z" },
      #     "verification": {                   // with --verify, or null
      #       "operation": "ListFoundationModels", "url": "https://...", "status": 403,
      #       "code": "AccessDeniedException", "message": "...", "seconds": 0.21, "clock_offset": 0.3, "models": null },
      #     "warnings": [{ "code": "no_region", "message": "...", "action": "..." }]
      #   }
      # @api private
      module Json
        SCHEMA = 1

        class << self
          # @param report [Report]
          # @return [String]
          def render(report)
            JSON.pretty_generate(
              schema: SCHEMA, healthy: report.healthy?, reason: report.verdict.reason,
              versions: report.versions, region: report.region&.to_h,
              loaded: report.loaded, signs_with: report.signs_with, provider: report.provider, profile: report.profile,
              api_key: report.api_key, sources: report.sources.map(&:to_h), credentials: found(report.found),
              verification: verification(report.verification), warnings: report.warnings.map(&:to_h)
            )
          end

          private

          def found(found)
            return unless found

            found.to_h.merge(access_key_id: Units.masked(found.access_key_id), expiration: iso(found.expiration),
                             next_refresh: iso(found.next_refresh))
          end

          def verification(verification)
            verification && { operation: 'ListFoundationModels', **verification.to_h }
          end

          def iso(time)
            time&.getutc&.strftime('%FT%TZ')
          end
        end
      end
    end
  end
end
