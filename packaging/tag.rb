# frozen_string_literal: true

# ruby packaging/tag.rb v1.2.3: fails unless that is the version here, and the changelog tells of it.

require_relative '../lib/ruby_llm/bedrock_credentials/version'

tag = ARGV.fetch(0)
versions = {
  'lib/ruby_llm/bedrock_credentials/version.rb' => RubyLLM::BedrockCredentials::VERSION,
  'Cargo.toml' => File.read('Cargo.toml')[/^\[workspace\.package\]\nversion = "(.+)"/, 1],
  'CHANGELOG.md' => File.read('CHANGELOG.md')[/^## \[?(\d[^\s\]]*)/, 1]
}
wrong = versions.reject { |_, version| tag == "v#{version}" }
wrong.each { |file, version| warn "the tag is #{tag}, but #{file} says #{version || 'nothing'}" }
exit wrong.empty?
