# frozen_string_literal: true

require_relative '../event_stream'
require_relative '../tool_use_stream'

class BedrockStandIn
  class Operations
    # bedrock-runtime and bedrock-agent-runtime, but for InvokeModel.
    module Runtime
      def converse(request, _model_id)
        call = tool_use(required(request, 'messages'))
        { output: { message: { role: 'assistant', content: [call ? { toolUse: call } : { text: reply }] } },
          stopReason: call ? 'tool_use' : 'end_turn', usage: converse_usage, metrics: { latencyMs: 1 } }
      end

      def converse_stream(request, _model_id)
        call = tool_use(required(request, 'messages'))
        stream = call ? ToolUseStream.new(call, usage: converse_usage) : event_stream
        Response.new(headers: { 'Content-Type' => 'application/vnd.amazon.eventstream' }, body: stream)
      end

      def count_tokens(request, _model_id)
        required(request, 'input')
        { inputTokens: tokens[:input] }
      end

      # Text with the word "forbidden" in it is what the guardrail is there for.
      def apply_guardrail(request, _identifier, _version)
        intervened = required(request, 'source', 'content')['content'].to_s.include?('forbidden')
        filters = [{ type: 'VIOLENCE', confidence: 'HIGH', action: 'BLOCKED' }]
        { action: intervened ? 'GUARDRAIL_INTERVENED' : 'NONE', outputs: [], usage: { contentPolicyUnits: 1 },
          assessments: intervened ? [{ contentPolicy: { filters: } }] : [] }
      end

      def rerank(request)
        sources = required(request, 'queries', 'sources', 'rerankingConfiguration')['sources']
        { results: sources.each_index.map { |index| { index:, relevanceScore: 1.0 / (index + 1) } } }
      end

      private

      def event_stream = EventStream.new(pieces, usage: converse_usage, interval: stream_interval)

      def converse_usage
        { inputTokens: tokens[:input], outputTokens: tokens[:output], totalTokens: tokens.values.sum }
      end
    end
  end
end
