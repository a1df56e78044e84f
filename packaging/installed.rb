# frozen_string_literal: true

# Run by bin/verify-packages in a clean Debian: installs a packed gem into an empty GEM_HOME, without a network, and
# chats from it with the Bedrock stand-in. The stand-in runs here, from the checkout; what chats is a Ruby of its own
# that knows nothing of the checkout (chat.rb), and tells which files it has loaded. RubyLLM and aws-eventstream come
# from where this Ruby has them.
#
#   ruby packaging/installed.rb pkg/ruby_llm-bedrock_credentials-0.1.0.gem

require 'fileutils'
require 'json'
require 'open3'
require 'rbconfig'
require 'rubygems/package'
require 'tmpdir'
require_relative '../spec/support/bedrock_stand_in'

# One packed gem, installed.
class Installed
  CHECKOUT = File.expand_path('..', __dir__)
  CHAT = File.join(__dir__, 'chat.rb')
  # What a child must not inherit: it would load the checkout's library, or Bundler's choice.
  FORGOTTEN = %w[RUBYLIB RUBYOPT BUNDLE_GEMFILE BUNDLE_PATH BEDROCK_BUILD_DIR].to_h { |name| [name, nil] }

  def initialize(package, folder)
    @package = File.expand_path(package)
    @spec = Gem::Package.new(@package).spec
    @folder = folder
    @home = File.join(folder, 'gems')
    # The images of Docker's "ruby" have all their gems in the GEM_HOME that is replaced here.
    gems = [@home, *Gem.path].join(File::PATH_SEPARATOR)
    @environment = FORGOTTEN.merge(toolchain, 'GEM_HOME' => @home, 'GEM_PATH' => gems, 'HOME' => folder)
  end

  def verify
    seconds = time { run(*ruby('gem'), 'install', '--local', '--no-document', @package) }
    puts format('%<name>s: installed in %<seconds>.0f s', name: File.basename(@package), seconds: seconds)
    installed = File.join(@home, 'gems', @spec.full_name)
    chat('with RubyGems', installed, RbConfig.ruby, CHAT)
    chat('with Bundler', installed, *bundle("gem '#{@spec.name}'"))
    # As a vendored gem, which has no gemspec: Bundler wants the version then.
    vendored = "gem '#{@spec.name}', '#{@spec.version}', path: '#{installed}'"
    chat('with Bundler from a path', installed, *bundle(vendored))
  end

  private

  # rustup and Cargo look below HOME where nothing else is said.
  def toolchain
    { 'CARGO_HOME' => '.cargo', 'RUSTUP_HOME' => '.rustup' }.to_h do |name, folder|
      [name, ENV.fetch(name) { File.join(Dir.home, folder) }]
    end
  end

  # @return [Array<String>] what runs the chat in an application with this Gemfile
  def bundle(line)
    gemfile = ["source #{Gem.sources.to_a.first.inspect}", line, "gem 'ruby_llm'", "gem 'aws-eventstream'"]
    File.write(File.join(@folder, 'Gemfile'), gemfile.join("\n"))
    FileUtils.rm_f(File.join(@folder, 'Gemfile.lock'))
    run(*ruby('bundle'), 'install', '--local', '--quiet')
    [*ruby('bundle'), 'exec', RbConfig.ruby, CHAT]
  end

  # This Ruby's own, and on Windows no batch file.
  def ruby(command) = [RbConfig.ruby, '-S', command]

  def chat(how, installed, *command)
    stand_in = BedrockStandIn.new
    stand_in.say('Good morning from Bedrock')
    report = JSON.parse(run(*command, keys(stand_in.account.issue(lifetime: 900)).merge('BEDROCK' => stand_in.url)))
    check(report, installed)
    raise "Bedrock refused: #{stand_in.rejections}" unless stand_in.rejections.empty?

    puts "  #{how}: #{stand_in.accepted} requests accepted, signed by #{report['library'].delete_prefix("#{@home}/")}"
  ensure
    stand_in&.stop
  end

  def keys(set)
    { 'AWS_ACCESS_KEY_ID' => set.access_key_id, 'AWS_SECRET_ACCESS_KEY' => set.secret_access_key,
      'AWS_SESSION_TOKEN' => set.session_token }
  end

  def check(report, installed)
    raise "the answers were #{report['answers']}" unless report['answers'] == ['Good morning from Bedrock'] * 2

    strangers = report['loaded'].reject { |file| file.start_with?("#{installed}/", "#{@home}/extensions/") }
    raise "loaded from elsewhere: #{strangers}" if strangers.any?

    ours = report['path'].select { |path| path.start_with?(CHECKOUT) }
    raise "the checkout is in the load path: #{ours}" if ours.any?
  end

  def run(*command, **options)
    environment = command.last.is_a?(Hash) ? @environment.merge(command.pop) : @environment
    output, status = Open3.capture2e(environment, *command, chdir: @folder, **options)
    status.success? ? output : abort("#{command.join(' ')} failed:\n#{output}")
  end

  def time
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
  end
end

# Not below the checkout, so that no file of it is found by looking upwards.
Dir.mktmpdir { |folder| Installed.new(ARGV.fetch(0), File.realpath(folder)).verify }
