# frozen_string_literal: true

class AwsStandIn
  # Every request in the order it came, with what it was taken for. Thread-safe.
  class Journal
    Entry = Struct.new(:operation, :request, :fault, :refusal)

    def initialize
      @entries = []
      @mutex = Mutex.new
    end

    def record(operation, request)
      Entry.new(operation, request).tap { |entry| @mutex.synchronize { @entries << entry } }
    end

    def entries(operation = nil)
      @mutex.synchronize { @entries.dup }.select { |entry| operation.nil? || entry.operation == operation }
    end

    def requests(operation = nil) = entries(operation).map(&:request)

    # @return [Array<String>] why requests were refused; empty as long as the client does everything right
    def refusals(operation = nil) = entries(operation).filter_map(&:refusal)

    def count(operation) = entries(operation).size

    def counts = entries.map(&:operation).tally

    def clear = @mutex.synchronize { @entries.clear }
  end
end
