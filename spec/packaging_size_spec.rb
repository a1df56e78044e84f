# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'rbconfig'
require 'rubygems/package'
require 'securerandom'
require 'tmpdir'

RSpec.describe 'The size of a packed gem' do
  script = File.expand_path('../packaging/size.rb', __dir__)

  # @return [Array(Boolean, String)] whether it is small enough, and what was said about it
  define_method(:weigh) do |bytes|
    Dir.mktmpdir do |folder|
      Dir.chdir(folder) do
        bytes.each do |file, size|
          FileUtils.mkdir_p(File.dirname(file))
          File.binwrite(file, SecureRandom.bytes(size))
        end
        spec = Gem::Specification.new('packed', '1') do |made|
          made.summary = made.author = 'a'
          made.files = bytes.keys
        end
        Gem::DefaultUserInteraction.use_ui(Gem::SilentUI.new) { Gem::Package.build(spec, true) }
        output, status = Open3.capture2e(RbConfig.ruby, script, 'packed-1.gem')
        [status.success?, output]
      end
    end
  end

  def library(ruby)
    "lib/ruby_llm/bedrock_credentials/#{ruby}/ruby_llm_bedrock_credentials.so"
  end

  it 'is at most 3 MB with the library of one Ruby' do
    expect(weigh(library('3.3') => 2_900_000)).to match([true, /\Apacked-1\.gem: 2\.9. MB, 1 libraries; at most 3 MB/])
    expect(weigh(library('3.3') => 3_100_000)).to match([false, /3\.1. MB, 1 libraries; TOO BIG, more than 3 MB/])
  end

  it 'is at most 3 MB more with that of another' do
    expect(weigh(library('3.3') => 2_900_000, library('3.4') => 2_900_000))
      .to match([true, /5\.8. MB, 2 libraries; at most 6 MB/])
  end

  it 'is at most 3 MB without any' do
    expect(weigh('lib/large.rb' => 3_100_000)).to match([false, /0 libraries; TOO BIG/])
  end
end
