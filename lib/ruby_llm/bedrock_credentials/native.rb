# frozen_string_literal: true

# A platform gem carries one library for each Ruby version, in a folder of its own; a library that
# was compiled on this machine has none. Looked up rather than tried: rescuing a failed `require`
# would hide why a library that is there cannot be loaded.
folder = 'ruby_llm/bedrock_credentials'
library = 'ruby_llm_bedrock_credentials'
candidates = ["#{folder}/#{RUBY_VERSION[/\d+\.\d+/]}/#{library}", "#{folder}/#{library}"]
found = candidates.find { |candidate| $LOAD_PATH.resolve_feature_path(candidate) }

unless found
  raise LoadError, "#{library} has no native library for Ruby #{RUBY_VERSION[/\d+\.\d+/]} on #{RUBY_PLATFORM} " \
                   "(looked for #{candidates.join(' and ')} in $LOAD_PATH). Install the source gem, which " \
                   "compiles it (Rust is needed): gem 'ruby_llm-bedrock_credentials', force_ruby_platform: true " \
                   'in the Gemfile, or gem install ruby_llm-bedrock_credentials --platform ruby; ' \
                   'in a checkout: rake compile'
end

require found
