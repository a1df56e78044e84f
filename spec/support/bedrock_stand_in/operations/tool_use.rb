# frozen_string_literal: true

require 'securerandom'

class BedrockStandIn
  class Operations
    # Tools in Converse: a model that calls one before it answers, and a service that wants each call answered.
    module ToolUse
      private

      # @return [Hash, nil] the toolUse block that this request is answered with
      # @raise [Refusal] for a conversation in which calls and results do not go together
      def tool_use(body)
        check_tool_results(body)
        return unless tool_call && offered?(body, tool_call[:name])

        { toolUseId: "tooluse_#{SecureRandom.alphanumeric(22)}", **tool_call } if ids(body['messages'].last).empty?
      end

      def offered?(body, name)
        (body.dig('toolConfig', 'tools') || []).any? { |tool| tool.dig('toolSpec', 'name') == name }
      end

      def check_tool_results(body)
        called = []
        body['messages'].each_with_index do |message, index|
          check_turn(called, ids(message), index)
          called = ids(message, 'toolUse')
          next if called.empty? || body['toolConfig']

          raise Refusal.validation('The toolConfig field must be defined when using toolUse and toolResult ' \
                                   'content blocks.')
        end
        check_turn(called, [], body['messages'].size)
      end

      def check_turn(called, answered, index)
        missing = called - answered
        unless missing.empty?
          raise Refusal.validation("Expected toolResult blocks at messages.#{index}.content for the following Ids: " \
                                   "#{missing.join(', ')}")
        end
        return if answered.size == called.size

        raise Refusal.validation("The number of toolResult blocks at messages.#{index}.content exceeds the number " \
                                 'of toolUse blocks of previous turn.')
      end

      def ids(message, kind = 'toolResult')
        message['content'].filter_map { |block| block.dig(kind, 'toolUseId') }
      end
    end
  end
end
