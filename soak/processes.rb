# frozen_string_literal: true

require 'rbconfig'
require 'socket'
require 'timeout'

module Soak
  # The processes under test and Redis: started, killed and started anew, each with its log in a file.
  class Processes
    class InVain < StandardError; end

    LIBRARY = File.expand_path('../lib', __dir__)
    # Seconds; Sidekiq and Puma are given less to end by themselves.
    PATIENCE = 30

    attr_reader :port, :redis_port, :source

    # @param environments [Proc] gives the environment of a group's process by its source
    def initialize(directory:, script:, timeline:, environments:)
      @directory = directory
      @timeline = timeline
      @environments = environments
      @sources = FaultScript::GROUPS.to_h { |group| [group, script.sources_of(group)] }
      @port, @redis_port = Array.new(2) { TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] } }
      @pids = {}
      @source = {}
      @mutex = Mutex.new
      FileUtils.mkdir_p(ledger)
    end

    def start
      run(:redis, {}, 'redis-server', '--port', redis_port.to_s, '--bind', '127.0.0.1', '--save', '', '--appendonly',
          'no', '--dir', @directory)
      wait_for { listening?(redis_port) }
      FaultScript::GROUPS.each { |group| public_send(:"start_#{group}") }
      wait_for { listening?(port) }
    end

    def start_puma
      run(:puma, under_test(:puma), 'puma', '--config', file('puma.rb'), '--bind', "tcp://127.0.0.1:#{port}")
    end

    def start_sidekiq
      run(:sidekiq, under_test(:sidekiq), 'sidekiq', '--require', file('job.rb'), '--concurrency', '4',
          '--timeout', '4')
    end

    def start_async = run(:async, under_test(:async), RbConfig.ruby, file('reactor.rb'))

    def ledger = File.join(@directory, 'ledger')

    # @return [Hash{String => Array<Integer>}] those whose memory is of interest
    def watched
      { 'puma master' => [pid(:puma)], 'puma worker' => workers, 'sidekiq' => [pid(:sidekiq)],
        'async' => [pid(:async)] }
    end

    # @return [Integer] the process this one started
    def pid(name) = @mutex.synchronize { @pids[name] }

    # @return [Array<Integer>] Puma's, forked by its master
    def workers = children_of(pid(:puma))

    def kill_worker(pick) = end_worker(pick, :KILL)

    def term_worker(pick) = end_worker(pick, :TERM)

    # With preload_app! Puma takes USR1 for a restart: its workers end, and the master becomes a new one.
    def restart_puma(_pick)
      workers.each { |worker| @timeline.ends(worker, :puma) }
      @timeline.restarts(:puma)
      Process.kill(:USR1, pid(:puma))
    end

    def kill_sidekiq(_pick) = restart_sidekiq(:KILL)

    def term_sidekiq(_pick) = restart_sidekiq(:TERM)

    def finish(name)
      Process.kill(:TERM, pid(name))
      ended(pid(name))
    end

    # @return [Array<Symbol>] those that ended by themselves
    def dead = @pids.keys.select { |name| Process.wait(pid(name), Process::WNOHANG) }

    def stop = @pids.keys.reverse_each { |name| finish(name) unless gone?(pid(name)) }

    # @return [Array<String>] what a crash leaves in a log
    def crashes
      Dir["#{@directory}/*.log"].flat_map do |path|
        File.foreach(path).grep(/\[BUG\]|panicked at|Segmentation fault/).first(3).map { |line| "#{path}: #{line}" }
      end
    end

    # @return [String] the end of each log
    def last_words
      Dir["#{@directory}/*.log"].map { |path| ["== #{path}", *File.readlines(path).last(8)].join("\n") }.join("\n")
    end

    def wait_for(patience: 60)
      deadline = now + patience
      until (value = yield)
        raise InVain, "waited #{patience} s in vain; see #{@directory}" if now > deadline

        sleep(0.05)
      end
      value
    end

    private

    def under_test(group)
      @source[group] = @sources.fetch(group).next
      @environments.call(group, @source[group]).merge(
        'RUBYLIB' => [LIBRARY, ENV.fetch('RUBYLIB', nil)].compact.join(':'), 'SOAK_GROUP' => group.to_s,
        'SOAK_LEDGER' => ledger, 'REDIS_URL' => "redis://127.0.0.1:#{redis_port}/0"
      )
    end

    def run(name, environment, *command)
      log = [File.join(@directory, "#{name}.log"), 'a']
      @mutex.synchronize { @pids[name] = Process.spawn(environment, *command, %i[out err] => log) }
    end

    def end_worker(pick, signal)
      here = workers.sort
      worker = here[(pick * here.size).floor] or return
      @timeline.ends(worker, :puma)
      Process.kill(signal, worker)
    rescue Errno::ESRCH
      nil
    end

    def restart_sidekiq(signal)
      old = pid(:sidekiq)
      @timeline.ends(old, :sidekiq)
      @timeline.restarts(:sidekiq)
      Process.kill(signal, old)
      ended(old)
      start_sidekiq
    end

    def ended(pid)
      Timeout.timeout(PATIENCE) { Process.wait(pid) }
    rescue Timeout::Error
      Process.kill(:KILL, pid)
      Process.wait(pid)
    end

    def gone?(pid)
      Process.wait(pid, Process::WNOHANG)
    rescue Errno::ECHILD
      true
    end

    def children_of(parent)
      Dir['/proc/[0-9]*/stat'].filter_map do |path|
        # The name, in parentheses, may have spaces.
        fields = File.read(path).rpartition(') ').last.split
        path[/\d+/].to_i if fields[1].to_i == parent && fields[0] != 'Z'
      rescue SystemCallError
        nil
      end
    end

    def listening?(port)
      TCPSocket.open('127.0.0.1', port).close
      true
    rescue Errno::ECONNREFUSED
      false
    end

    def file(name) = File.join(__dir__, name)

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
