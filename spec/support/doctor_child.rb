# frozen_string_literal: true

require 'io/console'
require 'json'
require 'open3'
require 'pty'
require 'rbconfig'
require 'timeout'

# The executable `bedrock-credentials`, in a process of its own.
module DoctorChild
  ROOT = File.expand_path('../..', __dir__)
  EXECUTABLE = "#{ROOT}/exe/bedrock-credentials".freeze
  COMMAND = [RbConfig.ruby, "-I#{ROOT}/lib", EXECUTABLE].freeze
  PATIENCE = 60
  # What the one that runs the specs may have, and a doctor must not.
  CLEARED = { 'AWS_BEARER_TOKEN_BEDROCK' => nil, 'NO_COLOR' => nil, 'COLUMNS' => nil }.freeze

  # What it wrote, and its exit status.
  Run = Struct.new(:out, :err, :status) do
    def json = JSON.parse(out)

    # @return [Hash{String => String}] the outcome of each source, of a report in JSON
    def outcomes = json['sources'].to_h { |source| source.values_at('name', 'outcome') }

    def warnings = json['warnings'].map { |warning| warning['code'] }

    def text = out + err
  end

  module_function

  # With pipes for stdout and stderr, in a fork of this Ruby, which has loaded RubyLLM.
  #
  # @param environment [Hash]
  # @return [Run]
  def run(environment, *arguments)
    readers, writers = Array.new(2) { IO.pipe }.transpose
    pid = fork { execute(CLEARED.merge(environment), arguments, *writers) }
    writers.each(&:close)
    texts = Timeout.timeout(PATIENCE) { readers.map { |reader| Thread.new { reader.read } }.map(&:value) }
    Run.new(*texts, Process.wait2(pid).last.exitstatus)
  ensure
    readers.each(&:close)
  end

  # What a shell does.
  #
  # @return [Run]
  def run_afresh(environment, *arguments)
    out, err, status = Open3.capture3(CLEARED.merge(environment), *COMMAND, *arguments, stdin_data: '')
    Run.new(out, err, status.exitstatus)
  end

  # As a shell does, with a terminal for both.
  #
  # @return [Run] whose `out` has what the terminal got
  def run_in_terminal(environment, *arguments, columns: 80)
    environment = CLEARED.merge('TERM' => 'xterm').merge(environment)
    seen = +''
    status = PTY.spawn(environment, *COMMAND, *arguments) do |terminal, _, pid|
      terminal.winsize = [24, columns]
      Timeout.timeout(PATIENCE) { read_to_end(terminal, seen) }
      break Process.wait2(pid).last
    end
    Run.new(seen, '', status.exitstatus)
  end

  def execute(environment, arguments, out, err)
    ENV.update(environment)
    [$stdin, $stdout, $stderr].zip([File::NULL, out, err]) { |stream, target| stream.reopen(target) }
    ARGV.replace(arguments)
    load EXECUTABLE
  rescue SystemExit => e
    leave(e.status)
  rescue Exception => e # rubocop:disable Lint/RescueException -- as Ruby itself does
    warn(e.full_message)
    leave(1)
  end

  # What this process does at exit, RSpec's report for one, is its parent's.
  def leave(status)
    [$stdout, $stderr].each(&:flush)
    exit!(status)
  end

  # Linux says EIO where others say end of file.
  def read_to_end(terminal, seen)
    loop { seen << terminal.readpartial(4096) }
  rescue Errno::EIO, EOFError
    nil
  end
end
