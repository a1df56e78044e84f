# frozen_string_literal: true

# ruby packaging/size.rb FILE...: the size of each packed gem; fails where it is more than 3 MB for each Ruby's library.

require 'rubygems/package'

LIMIT = 3_000_000
LIBRARY = %r{/ruby_llm_bedrock_credentials\.(so|bundle)\z}

too_big = ARGV.reject do |file|
  libraries = Gem::Package.new(file).contents.grep(LIBRARY).size
  limit = LIMIT * [libraries, 1].max
  fits = File.size(file) <= limit
  puts format('%<name>s: %<size>.2f MB, %<libraries>d libraries; %<verdict>s %<limit>d MB',
              name: File.basename(file), size: File.size(file) / 1e6, libraries: libraries,
              verdict: fits ? 'at most' : 'TOO BIG, more than', limit: limit / 1_000_000)
  fits
end
exit too_big.empty?
