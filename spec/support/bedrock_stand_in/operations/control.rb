# frozen_string_literal: true

class BedrockStandIn
  class Operations
    # The catalogue of the `bedrock` endpoint.
    module Control
      # Every character that signers have been seen to get wrong in a query.
      PAGE_TOKENS = [nil, 'second page+of*three~/?&=;:@%,"é', '*~third /+ page'].freeze
      PROFILES = %w[us.anthropic.claude-haiku-4-5-20251001-v1:0 us.amazon.nova-lite-v1:0
                    us.meta.llama3-3-70b-instruct-v1:0].freeze

      def list_foundation_models(_request)
        { modelSummaries: [foundation_model('amazon.nova-lite-v1:0', 'Nova Lite', 'Amazon', 'ON_DEMAND'),
                           foundation_model('anthropic.claude-haiku-4-5-20251001-v1:0', 'Claude Haiku 4.5', 'Anthropic',
                                            'INFERENCE_PROFILE')] }
      end

      # A page for each profile, so that a client has to send the tokens back.
      def list_inference_profiles(request)
        page = PAGE_TOKENS.index(request.params['nextToken'])
        raise Refusal.validation('The provided nextToken is invalid.') unless page

        { inferenceProfileSummaries: [{ inferenceProfileId: PROFILES[page], status: 'ACTIVE', type: 'SYSTEM_DEFINED',
                                        inferenceProfileArn: arn('inference-profile', PROFILES[page]) }],
          nextToken: PAGE_TOKENS[page + 1] }.compact
      end

      private

      def foundation_model(id, name, provider, inference_type)
        { modelId: id, modelName: name, providerName: provider, modelArn: arn('foundation-model', id),
          inputModalities: %w[TEXT IMAGE], outputModalities: ['TEXT'], responseStreamingSupported: true,
          inferenceTypesSupported: [inference_type], modelLifecycle: { status: 'ACTIVE' } }
      end
    end
  end
end
