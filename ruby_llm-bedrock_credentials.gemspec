# frozen_string_literal: true

require_relative 'lib/ruby_llm/bedrock_credentials/version'

Gem::Specification.new do |spec|
  spec.name = 'ruby_llm-bedrock_credentials'
  spec.version = RubyLLM::BedrockCredentials::VERSION
  spec.summary = 'Signs RubyLLM\'s Amazon Bedrock requests with AWS credentials that stay fresh'
  spec.description = 'Each request that RubyLLM sends to Amazon Bedrock is signed with what a credential provider ' \
                     'has at that moment: any provider of aws-sdk-core, or AWS\'s default credential chain, a ' \
                     'profile or an assumed role in a native core, which refreshes them in the background.'
  spec.authors = ['ruby_llm-bedrock_credentials contributors']
  spec.license = 'MIT'

  # The crates' sources without their tests and examples: Cargo finds those by their folders, so
  # no manifest may name one.
  spec.files = Dir['{lib,sig}/**/*.{rb,rbs}', 'ext/*/{Cargo.toml,extconf.rb}', 'ext/*/src/**/*.rs', 'exe/*',
                   'Cargo.{toml,lock}', 'LICENSE', 'LICENSE-THIRD-PARTY', '{,benchmark/}README.md',
                   '{CHANGELOG,CONTRIBUTING,SECURITY}.md']
  spec.bindir = 'exe'
  spec.executables = Dir['exe/*'].map { |file| File.basename(file) }
  spec.extensions = ['ext/ruby_llm_bedrock_credentials/extconf.rb']

  spec.required_ruby_version = '>= 3.1'
  spec.metadata['rubygems_mfa_required'] = 'true'

  spec.add_dependency 'rb_sys', '~> 0.9'
  spec.add_dependency 'ruby_llm', '>= 1.12'
end
