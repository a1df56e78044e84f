# frozen_string_literal: true

require 'json'

class BedrockStandIn
  # A mantle stream: server-sent events, each in a chunk of its own.
  class ServerSentEvents
    # @param events [Array<Hash, String>] a Hash with a :type is also named by it, as Anthropic and Responses do
    def initialize(events, interval: 0)
      @events = events
      @interval = interval
    end

    def each
      @events.each do |event|
        sleep(@interval) if @interval.positive?
        yield encode(event)
      end
    end

    private

    def encode(event)
      return "data: #{event}\n\n" if event.is_a?(String)

      name = "event: #{event[:type]}\n" if event[:type]
      "#{name}data: #{JSON.generate(event)}\n\n"
    end
  end
end
