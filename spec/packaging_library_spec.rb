# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'rbconfig'
require 'tmpdir'

# native.rb in a Ruby of its own whose load path has one folder, made here.
RSpec.describe 'Finding the native library' do
  loader = File.expand_path('../lib/ruby_llm/bedrock_credentials/native.rb', __dir__)
  ruby_version = RUBY_VERSION[/\d+\.\d+/]
  name = "ruby_llm_bedrock_credentials.#{RbConfig::CONFIG['DLEXT']}"

  around do |example|
    Dir.mktmpdir do |folder|
      @folder = File.realpath(folder)
      example.run
    end
  end

  # @return [String] where a library is looked for, its folder made
  define_method(:place) do |ruby = nil|
    folder = File.join(*[@folder, 'ruby_llm/bedrock_credentials', ruby].compact)
    FileUtils.mkdir_p(folder)
    File.join(folder, name)
  end

  # @return [String] what came of it: the library's path, or the error
  define_method(:find_library) do
    script = <<~RUBY
      begin
        load #{loader.inspect}
        puts $LOADED_FEATURES.grep(/ruby_llm_bedrock_credentials/)
      rescue LoadError => e
        puts e.message
      end
    RUBY
    Open3.capture2e({ 'RUBYLIB' => nil, 'RUBYOPT' => nil }, RbConfig.ruby, "-I#{@folder}", '-e', script).first.strip
  end

  def compile(source, library, *options)
    file = "#{library}.c"
    File.write(file, source)
    message, status = Open3.capture2e('gcc', '-shared', '-fPIC', '-o', library, file, *options)
    raise message unless status.success?
  end

  good = 'void Init_ruby_llm_bedrock_credentials(void) {}'

  it "takes that of the Ruby's own version first" do
    compile(good, place)
    compile(good, place(ruby_version))

    expect(find_library).to eq(place(ruby_version))
  end

  it 'takes the one that was compiled on the machine, which has no folder of a version' do
    compile(good, place)

    expect(find_library).to eq(place)
  end

  it 'says for which Ruby and platform there is none, where it looked, and how to build it' do
    compile(good, place('2.7'))

    expect(find_library).to include("Ruby #{ruby_version} on #{RUBY_PLATFORM}", "bedrock_credentials/#{ruby_version}/",
                                    "gem 'ruby_llm-bedrock_credentials', force_ruby_platform: true",
                                    'gem install ruby_llm-bedrock_credentials --platform ruby', 'rake compile')
  end

  describe 'one that is there and cannot be loaded' do
    before { compile(good, place) }

    it 'is not passed over for another' do
      File.write(place(ruby_version), 'not a library')

      expect(find_library).to include(place(ruby_version)).and match(/file too short|invalid ELF|not a mach-o/i)
    end

    it 'says which symbol it lacks' do
      compile("void missing_in_this_ruby(void);\n#{good.sub('{}', '{ missing_in_this_ruby(); }')}", place(ruby_version),
              '-Wl,-z,now')

      expect(find_library).to include('undefined symbol: missing_in_this_ruby', place(ruby_version))
    end

    it "says which GLIBC it wants, in the linker's own words", if: RUBY_PLATFORM.match?(/linux(-gnu)?\z/) do
      newer = File.join(@folder, 'libc.so.6')
      versions = "#{newer}.map"
      File.write(versions, 'GLIBC_2.99 { global: of_tomorrow; };')
      compile('void of_tomorrow(void) {}', newer, '-nostdlib', '-Wl,-soname,libc.so.6',
              "-Wl,--version-script=#{versions}")
      compile("void of_tomorrow(void);\n#{good.sub('{}', '{ of_tomorrow(); }')}", place(ruby_version), newer,
              '-nostdlib')

      expect(find_library).to include("version `GLIBC_2.99' not found", place(ruby_version))
    end
  end
end
