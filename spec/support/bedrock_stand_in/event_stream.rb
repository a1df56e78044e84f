# frozen_string_literal: true

require 'aws-eventstream'
require 'json'
require 'stringio'

class BedrockStandIn
  # A ConverseStream answer in real AWS event-stream frames, a piece of text at a time.
  class EventStream
    # @param interval [Numeric] seconds between the pieces
    def initialize(pieces, usage:, interval: 0)
      @pieces = pieces
      @usage = usage
      @interval = interval
      @encoder = Aws::EventStream::Encoder.new
    end

    # @param after [Integer] pieces that still go out
    # @param exception [String, nil] the exception frame that ends the stream; nil hangs up
    def cut_short(after:, exception:, message:)
      @cut_after = after
      @exception = exception
      @message = message
    end

    def each(&)
      yield event('messageStart', role: 'assistant')
      return if deltas(&) == :cut

      yield event('contentBlockStop', contentBlockIndex: 0)
      yield event('messageStop', stopReason: 'end_turn')
      yield event('metadata', usage: @usage, metrics: { latencyMs: 1 })
    end

    private

    def deltas
      @pieces.each_with_index do |text, index|
        if index == @cut_after
          yield last_words
          return :cut
        end
        sleep(@interval) if @interval.positive?
        yield event('contentBlockDelta', contentBlockIndex: 0, delta: { text: })
      end
    end

    # Hanging up is an IOError to the connection's thread, which then closes the socket in the middle of the body.
    def last_words
      raise IOError, 'stream cut short on demand' unless @exception

      frame({ message: @message }, ':message-type' => 'exception', ':exception-type' => @exception)
    end

    # `p` is the padding that AWS sends so that the length of a frame does not tell the length of a token.
    def event(type, **payload)
      frame(payload.merge(p: 'abcdefghijklmnop'), ':message-type' => 'event', ':event-type' => type)
    end

    def frame(payload, headers)
      values = headers.merge(':content-type' => 'application/json').transform_values do |value|
        Aws::EventStream::HeaderValue.new(value:, type: 'string')
      end
      @encoder.encode(Aws::EventStream::Message.new(headers: values, payload: StringIO.new(JSON.generate(payload))))
    end
  end
end
