# frozen_string_literal: true

require 'json'
require 'rbconfig'
require 'tempfile'

# Scripts in a Ruby of their own that has this gem, RubyLLM and nothing else; see ChatChild::Script for what they may
# call. A script's last value comes back, by way of JSON.
#
#   ChatChild.run(environment, "chat.ask('Hi').content")   # => { 'value' => 'Hello…', 'seconds' => 0.1, … }
module ChatChild
  class Stuck < StandardError; end

  PROGRAM = File.join(__dir__, 'chat_child', 'program.rb')
  # Seconds, for a process that is to end by itself.
  PATIENCE = 90

  class << self
    # @param environment [Hash] as for Process.spawn
    # @param script [String]
    # @param command [Array<String>] what runs the Ruby: %w[unshare --net]
    # @return [Hash] see ChatChild::Script#report
    def run(environment, script, command: [], patience: PATIENCE)
      converse([environment, *command, RbConfig.ruby, PROGRAM], { script: script }, patience).fetch('')
    end

    # All at once, each in a fork of one Ruby that has loaded RubyLLM and asked for no credentials yet.
    #
    # @param environments [Hash{Object => Hash}]
    # @return [Hash{Object => Hash}] a report for each
    def run_each(environments, script, patience: PATIENCE)
      names = environments.keys
      reports = converse([RbConfig.ruby, PROGRAM], { script: script, environments: environments.values }, patience)
      names.each_index.to_h { |index| [names[index], reports.fetch(index.to_s)] }
    end

    # Fresh Rubies, a few at a time.
    #
    # @param jobs [Hash{Object => Proc}] each gives a report
    def each_at_once(jobs, width: 6)
      waiting = Queue.new(jobs.to_a).close
      workers = Array.new(width) do
        Thread.new do
          reports = {}
          while (name, job = waiting.pop)
            reports[name] = job.call
          end
          reports
        end
      end
      workers.map(&:value).reduce({}, :merge)
    end

    private

    def converse(command, message, patience)
      Tempfile.create('chat-child') do |errors|
        reader, writer = IO.pipe
        input, output = IO.pipe
        pid = Process.spawn(*command, in: input, out: writer, err: errors, pgroup: true)
        [input, writer].each(&:close)
        output.write(JSON.generate(message))
        output.close
        answer(reader, pid, patience) || raise(Stuck, "no answer within #{patience} s: #{File.read(errors.path)}")
      rescue JSON::ParserError => e
        raise Stuck, "no JSON (#{e.message[0, 200]}): #{File.read(errors.path)}"
      ensure
        finish(pid)
        [reader, output].each(&:close)
      end
    end

    def answer(reader, _pid, patience)
      deadline = now + patience
      text = +''
      while (left = deadline - now).positive?
        next unless reader.wait_readable(left)

        chunk = reader.read_nonblock(65_536, exception: false)
        return JSON.parse(text) if chunk.nil?

        text << chunk if chunk.is_a?(String)
      end
    end

    # The group, so that nothing the child started stays behind.
    def finish(pid)
      Process.kill(:KILL, -pid)
    rescue Errno::ESRCH
      nil
    ensure
      Process.wait(pid)
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
