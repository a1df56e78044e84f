# frozen_string_literal: true

class BedrockStandIn
  class Operations
    # InvokeModel: one path, and an answer of its own for each family of models.
    module InvokeModel
      VECTOR = [0.25, -0.5, 0.125].freeze

      # The smallest PNG there is: one transparent pixel.
      PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

      def invoke_model(request, model_id)
        case model_id
        when /amazon\.titan-embed/ then titan_embedding
        when /cohere\.embed/ then cohere_embedding(request)
        when /amazon\.nova-2-multimodal-embeddings/ then nova_embedding(request)
        when /stability\./ then stability_image(request)
        else raise Refusal.validation('The provided model identifier is invalid.')
        end
      end

      private

      def titan_embedding
        { embedding: VECTOR, embeddingsByType: { float: VECTOR }, inputTextTokenCount: 3 }
      end

      def cohere_embedding(request)
        texts = required(request, 'texts', 'input_type')['texts']
        { id: 'stand-in', response_type: 'embeddings_floats', texts:, embeddings: texts.map { VECTOR } }
      end

      def nova_embedding(request)
        required(request, 'taskType', 'singleEmbeddingParams')
        { embeddings: [{ embeddingType: 'TEXT', embedding: VECTOR }] }
      end

      def stability_image(request)
        required(request, 'prompt')
        { images: [PIXEL], seeds: [1], finish_reasons: [nil] }
      end
    end
  end
end
