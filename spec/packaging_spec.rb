# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'tmpdir'

RSpec.describe 'The source gem' do
  root = File.expand_path('..', __dir__)
  files = Dir.chdir(root) { Gem::Specification.load('ruby_llm-bedrock_credentials.gemspec').files }

  it 'has all that the library is built from, with the versions that were tested' do
    sources = Dir.glob('{lib/**/*.rb,ext/*/src/**/*.rs,ext/*/Cargo.toml,ext/*/extconf.rb}', base: root)

    expect(sources + %w[Cargo.toml Cargo.lock] - files).to be_empty
  end

  it 'has the licences, its own and those of the crates in the library' do
    expect(files).to include('LICENSE', 'LICENSE-THIRD-PARTY', 'README.md', 'CHANGELOG.md')
  end

  it 'has what its documents link to' do
    broken = files.grep(/\.md\z/).flat_map do |file|
      linked = File.read(File.join(root, file)).scan(/\]\((?!\w+:|#)([^)#]+)/).flatten
      linked.map { |link| File.join(File.dirname(file), link).delete_prefix('./') } - files
    end

    expect(broken).to be_empty
  end

  it 'has nothing else' do
    folders = %r{\A(lib|sig|exe|ext/\w+/src)/|\Aext/\w+/(Cargo\.toml|extconf\.rb)\z}
    single = %w[Cargo.toml Cargo.lock LICENSE LICENSE-THIRD-PARTY README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md
                benchmark/README.md]

    expect(files.grep_v(folders) - single).to be_empty
    expect(files.grep(/\.(so|bundle|dll|o)\z|target/)).to be_empty
  end

  it 'has manifests that name nothing which is left out' do
    Dir.mktmpdir do |folder|
      files.each do |file|
        FileUtils.mkdir_p(File.join(folder, File.dirname(file)))
        FileUtils.cp(File.join(root, file), File.join(folder, file))
      end

      _, message, status = Open3.capture3('cargo', 'metadata', '--no-deps', '--offline', '--format-version', '1',
                                          chdir: folder)

      expect([status.success?, message]).to eq([true, ''])
    end
  end

  # `rake licenses:check` compares the texts too, for which it needs the crates of every platform.
  describe 'and the licences of its crates' do
    licensed = File.read(File.join(root, 'LICENSE-THIRD-PARTY')).scan(/^(\S+) (\d\S+) \(.+\)$/)

    it 'has those of no other version of a crate than Cargo.lock names' do
      locked = File.read(File.join(root, 'Cargo.lock')).scan(/^name = "(.+)"\nversion = "(.+)"/)

      expect(licensed.size).to be > 100
      expect(licensed - locked).to be_empty
    end

    it 'has that of each crate which is linked on this platform' do
      own = %w[ruby_llm_bedrock_credentials bedrock_credentials_core]
      tree, status = Open3.capture2('cargo', 'tree', '--locked', '--offline', '--package', own.first,
                                    '--edges', 'normal,no-proc-macro', '--prefix', 'none', chdir: root)
      linked = tree.scan(/^(\S+) v(\S+)/).uniq.reject { |crate| own.include?(crate.first) }

      expect([status.success?, linked.size]).to match([true, be > 100])
      expect(linked - licensed).to be_empty
    end
  end
end
