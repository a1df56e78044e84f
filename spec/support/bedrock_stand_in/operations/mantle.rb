# frozen_string_literal: true

require_relative '../server_sent_events'

class BedrockStandIn
  class Operations
    # bedrock-mantle: the vendors' own APIs, signed for a service of its own.
    module Mantle
      MODELS = %w[anthropic.claude-sonnet-5 openai.gpt-oss-20b qwen.qwen3-32b].freeze
      CREATED = 1_760_000_000

      def mantle_models(_request)
        { object: 'list', data: MODELS.map { |id| { id:, object: 'model', created: CREATED, owned_by: 'system' } } }
      end

      def mantle_count_tokens(request)
        required(request, 'messages')
        { input_tokens: tokens[:input] }
      end

      def mantle_messages(request)
        body = required(request, 'model', 'messages', 'max_tokens')
        message = { id: 'msg_1', type: 'message', role: 'assistant', model: body['model'], content: [],
                    stop_reason: nil, usage: { input_tokens: tokens[:input], output_tokens: 0 } }
        return sse(messages_events(message)) if body['stream']

        message.merge(content: [{ type: 'text', text: reply }], stop_reason: 'end_turn',
                      usage: { input_tokens: tokens[:input], output_tokens: tokens[:output] })
      end

      def mantle_chat_completions(request)
        body = required(request, 'model', 'messages')
        head = { id: 'chatcmpl-1', created: CREATED, model: body['model'] }
        usage = { prompt_tokens: tokens[:input], completion_tokens: tokens[:output], total_tokens: tokens.values.sum }
        return sse(completion_events(head.merge(object: 'chat.completion.chunk'), usage)) if body['stream']

        choice = { index: 0, message: { role: 'assistant', content: reply }, finish_reason: 'stop' }
        head.merge(object: 'chat.completion', choices: [choice], usage:)
      end

      def mantle_responses(request)
        body = required(request, 'model', 'input')
        response = finished_response(body['model'])
        body['stream'] ? sse(response_events(response)) : response
      end

      private

      def sse(events)
        Response.new(headers: { 'Content-Type' => 'text/event-stream' },
                     body: ServerSentEvents.new(events, interval: stream_interval))
      end

      def messages_events(message)
        deltas = pieces.map do |text|
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: } }
        end
        [{ type: 'message_start', message: },
         { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }, *deltas,
         { type: 'content_block_stop', index: 0 },
         { type: 'message_delta', delta: { stop_reason: 'end_turn' },
           usage: { output_tokens: tokens[:output] } },
         { type: 'message_stop' }]
      end

      def completion_events(head, usage)
        deltas = pieces.map { |content| head.merge(choices: [{ index: 0, delta: { content: }, finish_reason: nil }]) }
        stop = head.merge(choices: [{ index: 0, delta: {}, finish_reason: 'stop' }])
        [*deltas, stop, head.merge(choices: [], usage:), '[DONE]']
      end

      def finished_response(model)
        text = { type: 'output_text', text: reply, annotations: [] }
        { id: 'resp_1', object: 'response', created_at: CREATED, model:, status: 'completed',
          output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [text] }],
          usage: { input_tokens: tokens[:input], output_tokens: tokens[:output], total_tokens: tokens.values.sum } }
      end

      def response_events(response)
        deltas = pieces.map do |delta|
          { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: }
        end
        [{ type: 'response.created', response: response.merge(status: 'in_progress', output: []) }, *deltas,
         { type: 'response.completed', response: }]
      end
    end
  end
end
