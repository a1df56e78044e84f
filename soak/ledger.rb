# frozen_string_literal: true

require 'json'

module Soak
  # What each process notes about its requests, a line before and a line after, in a file of its own: what a process
  # that is killed has begun stays written.
  class Ledger
    Request = Struct.new(:id, :pid, :group, :kind, :began, :ended, :error, :message, :signing, keyword_init: true) do
      def ended? = !ended.nil?
      def seconds = ended && (ended - began)
    end

    # @param group [String] whose requests these are
    def initialize(directory, group = nil)
      @directory = directory
      @group = group
    end

    # @return what the block returns, or what it raised
    def request(id, kind)
      note(id:, pid: Process.pid, group: @group, kind:, began: Time.now.to_f)
      signing = yield
      note(id:, ended: Time.now.to_f, signing:)
    rescue Exception => e # rubocop:disable Lint/RescueException -- how it ended, Sidekiq::Shutdown too
      note(id:, ended: Time.now.to_f, error: e.class.name, message: e.message[0, 2000])
      raise unless e.is_a?(StandardError)

      e
    end

    # The instrumenter of RubyLLM.
    def instrument(name, payload = {})
      if name.match?(/credentials|clock_/)
        note(event: name.delete_suffix('.ruby_llm'), at: Time.now.to_f, group: @group)
      end
      yield(payload) if block_given?
    end

    # @return [Array<Request>, Array<Hash>] the requests and the events of all processes
    def read
      events, notes = lines.map { |line| JSON.parse(line, symbolize_names: true) }.partition { |note| note[:event] }
      requests = notes.group_by { |note| note[:id] }.values.map do |parts|
        Request.new(**parts.reduce(:merge)).tap { |request| request.group = request.group.to_sym }
      end
      [requests, events]
    end

    private

    # The last line of a process that was killed may be half a line.
    def lines
      Dir["#{@directory}/*.jsonl"].flat_map { |path| File.readlines(path) }.select { |line| line.end_with?("}\n") }
    end

    # A process after a fork has another file.
    def note(**fields)
      @file = [Process.pid, open_for(Process.pid)] unless @file&.first == Process.pid
      @file.last.syswrite("#{JSON.generate(fields)}\n")
    end

    # Two threads may each open it, which does no harm.
    def open_for(pid)
      File.open(File.join(@directory, "#{pid}.jsonl"), 'a')
    end
  end
end
