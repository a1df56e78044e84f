# frozen_string_literal: true

require_relative 'event_stream'

class BedrockStandIn
  # A ConverseStream answer that is the call of a tool, its input in two pieces of JSON.
  class ToolUseStream < EventStream
    # @param call [Hash] the toolUse block of Converse
    def initialize(call, usage:)
      super([], usage: usage)
      @call = call
    end

    def each
      yield event('messageStart', role: 'assistant')
      yield event('contentBlockStart', contentBlockIndex: 0, start: { toolUse: @call.slice(:toolUseId, :name) })
      input.each { |json| yield event('contentBlockDelta', contentBlockIndex: 0, delta: { toolUse: { input: json } }) }
      yield event('contentBlockStop', contentBlockIndex: 0)
      yield event('messageStop', stopReason: 'tool_use')
      yield event('metadata', usage: @usage, metrics: { latencyMs: 1 })
    end

    private

    def input
      json = JSON.generate(@call[:input])
      [json[0, json.size / 2], json[(json.size / 2)..]]
    end
  end
end
