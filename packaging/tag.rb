# frozen_string_literal: true

# ruby packaging/tag.rb v1.2.3: fails unless that is the version here, and the changelog tells of it.

tag = ARGV.fetch(0)
ruby = 'lib/ruby_llm/bedrock_credentials/version.rb'
versions = {
  ruby => File.read(ruby)[/VERSION = '(.+)'/, 1],
  # 1.2.3.pre1 is 1.2.3-pre1 to Cargo.
  'Cargo.toml' => File.read('Cargo.toml')[/^\[workspace\.package\]\nversion = "(.+)"/, 1]&.sub('-', '.'),
  'CHANGELOG.md' => File.read('CHANGELOG.md')[/^## \[?(\d[^\s\]]*)/, 1]
}
wrong = versions.reject { |_, version| tag == "v#{version}" }
wrong.each { |file, version| warn "the tag is #{tag}, but #{file} says #{version || 'nothing'}" }
exit wrong.empty?
