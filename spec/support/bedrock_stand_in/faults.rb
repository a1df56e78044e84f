# frozen_string_literal: true

require_relative 'response'

class BedrockStandIn
  # What goes wrong next, in the order it was scripted. A fault strikes a request that was accepted.
  class Faults
    Fault = Struct.new(:only, :left, :effect, keyword_init: true)

    def initialize
      @mutex = Mutex.new
      @script = []
    end

    # @param only [Regexp, nil] strikes only requests whose path matches
    # @yield the effect, in place of the answer; nil lets the answer through
    def add(times:, only: nil, &effect)
      @mutex.synchronize { @script << Fault.new(only:, left: times, effect:) }
    end

    # @return [Response, nil]
    def strike(request)
      take(request)&.effect&.call(request)
    end

    def pending
      @mutex.synchronize { @script.sum(&:left) }
    end

    def clear
      @mutex.synchronize { @script.clear }
    end

    private

    def take(request)
      @mutex.synchronize do
        fault = @script.find { |candidate| candidate.only.nil? || candidate.only.match?(request.path) } or return
        fault.left -= 1
        @script.delete(fault) if fault.left.zero?
        fault
      end
    end
  end
end
