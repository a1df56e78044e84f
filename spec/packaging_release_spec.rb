# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'rbconfig'
require 'tmpdir'

RSpec.describe 'A release' do
  root = File.expand_path('..', __dir__)
  version = RubyLLM::BedrockCredentials::VERSION

  # @return [Array(Boolean, String)] whether the tag is good, and what was said about it
  define_method(:check) do |tag, gem: version, changelog: version, crates: version|
    Dir.mktmpdir do |folder|
      FileUtils.mkdir_p(File.join(folder, 'lib/ruby_llm/bedrock_credentials'))
      File.write(File.join(folder, 'lib/ruby_llm/bedrock_credentials/version.rb'), "VERSION = '#{gem}'\n")
      File.write(File.join(folder, 'CHANGELOG.md'), "# Changelog\n\n## #{changelog}\n\n- New.\n\n## 0.0.1\n")
      File.write(File.join(folder, 'Cargo.toml'), "[workspace.package]\nversion = \"#{crates}\"\n")
      output, status = Open3.capture2e(RbConfig.ruby, File.join(root, 'packaging/tag.rb'), tag, chdir: folder)
      [status.success?, output]
    end
  end

  it 'has the tag of its version' do
    expect(check("v#{version}")).to eq([true, ''])
    expect(check("v#{version}.1")).to match([false, /the tag is v#{version}\.1, but lib.+ says #{version}$/])
  end

  it 'has crates of its version' do
    expect(check("v#{version}", crates: '9.0.0')).to match([false, /but Cargo\.toml says 9\.0\.0$/])
  end

  it 'is told of in the changelog' do
    expect(check("v#{version}", changelog: 'Unreleased')).to match([false, /but CHANGELOG\.md says 0\.0\.1$/])
  end

  it 'may be a preview, which Cargo spells in its own way' do
    preview = { gem: '2.0.0.pre1', changelog: '2.0.0.pre1' }

    expect(check('v2.0.0.pre1', **preview, crates: '2.0.0-pre1')).to eq([true, ''])
    expect(check('v2.0.0.pre1', **preview, crates: '2.0.0-pre2'))
      .to match([false, /but Cargo\.toml says 2\.0\.0\.pre2$/])
    expect(check('v2.0.0-pre1', **preview, crates: '2.0.0-pre1').first).to be(false)
  end

  it 'has its version where the tag is compared with it' do
    ruby = File.read(File.join(root, 'lib/ruby_llm/bedrock_credentials/version.rb'))

    expect(ruby).to include(" VERSION = '#{version}'")
    expect(File.read(File.join(root, 'Cargo.toml'))).to match(/^\[workspace\.package\]\nversion = "\d/)
  end

  it 'is made by actions that cannot be replaced below it' do
    uses = Dir.glob(File.join(root, '.github/workflows/*.yml')).flat_map { |file| File.read(file).scan(/uses: (\S+)/) }

    expect(uses).not_to be_empty
    expect(uses.flatten).to all(match(%r{\A\./|@\h{40}\z}))
  end
end
