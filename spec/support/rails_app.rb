# frozen_string_literal: true

require 'fileutils'
require 'json'
require 'net/http'
require 'rbconfig'
require 'socket'
require 'tmpdir'
require_relative 'child'
require_relative 'process_group'

# The Rails application in spec/rails_app, in production mode: a copy of it, the processes it is run by, and a client.
#
#   app = RailsApp.new(aws.environment(:imds).merge('BEDROCK_URL' => bedrock.url))
#   app.start(:puma)
#   app.post('/questions', question: 'Hi?').code   # => "200"
#   app.stop
class RailsApp
  SOURCE = File.expand_path('../rails_app', __dir__)
  CHECKOUT = File.expand_path('../..', __dir__)
  CONSOLE = File.join(__dir__, 'rails_app', 'console.rb')
  NEEDED = %w[rails puma sqlite3 sidekiq].freeze
  # As `bundle exec` runs them.
  COMMANDS = { puma: %w[-rbundler/setup -S puma],
               sidekiq: %w[-rbundler/setup -S sidekiq --concurrency 5] }.freeze
  # Seconds. Each boots Rails, on a machine that may be busy.
  PATIENCE = 90

  class << self
    # @return [Array<String>] gems that the app needs and that are not here
    def missing = NEEDED.reject { |name| Gem::Specification.find_all_by_name(name).any? }

    # Set up once, by the app's bin/setup, as the models and migrations come from RubyLLM's generator.
    def installed
      @installed ||= Dir.mktmpdir('rails-app').tap do |folder|
        at_exit { FileUtils.remove_entry(folder) }
        FileUtils.cp_r("#{SOURCE}/.", folder)
        group = ProcessGroup.new([environment(folder), RbConfig.ruby, 'bin/setup'], folder: folder, name: 'setup')
        raise Child::Failed, "bin/setup failed: #{group.log}" unless group.ended(PATIENCE).success?
      end
    end

    # Its own Bundler, whatever this process runs under.
    def environment(folder)
      ENV.keys.grep(/\ABUNDLE/).to_h { |name| [name, nil] }.merge(
        'RUBYOPT' => nil, 'BUNDLE_GEMFILE' => File.join(folder, 'Gemfile'), 'BEDROCK_CREDENTIALS_PATH' => CHECKOUT,
        'RAILS_ENV' => 'production', 'SECRET_KEY_BASE' => 'of the specs'
      )
    end
  end

  attr_reader :folder, :port

  # @param environment [Hash] with the AWS source, and BEDROCK_URL
  def initialize(environment)
    @folder = Dir.mktmpdir('rails-app')
    FileUtils.cp_r("#{self.class.installed}/.", folder)
    @port = TCPServer.open('127.0.0.1', 0) { |server| server.addr[1] }
    @environment = environment.merge(self.class.environment(folder), 'PORT' => port.to_s)
    @groups = {}
  end

  # Returns when all of them have booted, Puma with both workers.
  #
  # @param names of COMMANDS
  def start(*names)
    names.each { |name| spawn(name, RbConfig.ruby, *COMMANDS.fetch(name)) }
    await(names)
  end

  # Runs a script in the app, all of them in the same process.
  #
  # @param script [String]
  # @return its last value, as JSON keeps it
  # @raise [Child::Failed] with what it raised
  def evaluate(script)
    console = @groups[:console] || spawn(:console, RbConfig.ruby, 'bin/rails', 'runner', CONSOLE, input: true)
    console.input.puts(JSON.generate(script))
    line = Timeout.timeout(PATIENCE) { console.output.gets } or raise Child::Failed, "console: #{log(:console)}"
    answer = JSON.parse(line)
    raise Child::Failed, answer['error'], answer['backtrace'] if answer['error']

    answer['value']
  end

  # @return [Array<Integer>] the process ids of Puma's workers that have booted and still live
  def workers
    log(:puma).scan(/Worker \d \(PID: (\d+)\) booted/).flatten.map { |pid| Integer(pid) }.uniq & @groups[:puma].pids
  end

  # @return [Array<String>] the names of all threads in all of its processes
  def thread_names = @groups.values.flat_map(&:thread_names)

  def log(name) = @groups.fetch(name).log

  def rails_log = File.read(File.join(folder, 'log/production.log'))

  # @return [Net::HTTPResponse, nil] nil where the connection failed
  def get(path) = request(Net::HTTP::Get.new(path))

  def post(path, **fields) = request(Net::HTTP::Post.new(path).tap { |post| post.set_form_data(fields) })

  def stop
    @groups.values.map { |group| Thread.new { group.stop } }.each(&:join)
    FileUtils.remove_entry(folder)
  end

  private

  def spawn(name, *command, input: false)
    @groups[name] = ProcessGroup.new([@environment, *command], folder: folder, name: name, input: input)
  end

  def booted?(name)
    name == :puma ? workers.size == 2 && get('/up').is_a?(Net::HTTPOK) : log(name).include?('Booted Rails')
  end

  def await(names)
    Child.wait_until(patience: PATIENCE) { names.all? { |name| booted?(name) || !@groups[name].alive? } }
    dead = names.reject { |name| @groups[name].alive? }
    raise Child::Failed, "#{dead.join(' and ')} ended" if dead.any?
  rescue Child::Failed => e
    raise Child::Failed, "#{e.message}\n#{names.map { |name| log(name) }.join("\n")}"
  end

  def request(request)
    Net::HTTP.start('127.0.0.1', port, read_timeout: PATIENCE) { |http| http.request(request) }
  rescue SystemCallError, EOFError
    nil
  end
end
