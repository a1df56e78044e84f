# frozen_string_literal: true

require_relative 'child'

# A program and all it forks, in a process group of its own, so that nothing of it stays behind.
class ProcessGroup
  attr_reader :pid, :input, :output

  # @param command as for Process.spawn, the environment first
  # @param input [Boolean] talk to it: see #input and #output. Otherwise its stdout is in the log.
  def initialize(command, folder:, name:, input: false)
    @log = File.join(folder, "#{name}.log")
    ours = input ? connect : { in: File::NULL, out: [@log, 'a'] }
    @pid = Process.spawn(*command, chdir: folder, pgroup: true, err: [@log, 'a'], **ours)
    ours.values.grep(IO).each(&:close)
  end

  def log = File.exist?(@log) ? File.read(@log, encoding: 'UTF-8').scrub : ''

  def alive? = @status.nil? && !(@status = Process.wait2(pid, Process::WNOHANG)&.last)

  # @return [Array<Integer>] its living processes, by process id
  def pids
    Dir['/proc/[0-9]*/stat'].filter_map do |file|
      # The name before it may have spaces and parentheses.
      state, _parent, group = File.read(file).rpartition(')').last.split
      Integer(file[/\d+/]) if Integer(group) == pid && state != 'Z'
    rescue Errno::ENOENT, Errno::ESRCH
      nil
    end
  end

  # @return [Array<String>] as the operating system has them, other languages' too
  def thread_names
    pids.flat_map { |pid| Dir["/proc/#{pid}/task/*/comm"] }.filter_map do |file|
      File.read(file).chomp
    rescue Errno::ENOENT, Errno::ESRCH
      nil
    end
  end

  # @return [Process::Status] once it has ended by itself
  def ended(patience)
    @status = Child.ended(pid, patience: patience) if alive?
    @status
  end

  # Gently, then not.
  #
  # @param patience [Numeric] seconds
  def stop(patience: 5)
    Process.kill(:TERM, pid) if alive?
    Child.wait_until(patience: patience) { !alive? }
  rescue Child::Failed
    nil
  ensure
    kill
    [input, output].compact.each(&:close)
  end

  private

  def connect
    theirs, @input = IO.pipe
    @output, its = IO.pipe
    { in: theirs, out: its }
  end

  def kill
    Process.kill(:KILL, -pid)
    @status ||= Process.wait2(pid).last
  rescue Errno::ESRCH
    nil
  end
end
