# frozen_string_literal: true

require 'etc'
require 'openssl'
require 'ruby_llm/bedrock_credentials'

# What a table of times is worth nothing without.
module Machine
  class << self
    def to_s
      "#{processor}; #{versions}; load #{load_average} at the start"
    end

    private

    def processor
      cpuinfo = File.read('/proc/cpuinfo')
      model = cpuinfo[/^model name\s*: (.+)/, 1] || RbConfig::CONFIG['host_cpu']
      sha = cpuinfo.match?(/^(flags|Features)\b.*\bsha(_ni|2)\b/) ? 'with' : 'without'
      "#{model.strip}, #{Etc.nprocessors} cores, #{sha} SHA instructions"
    rescue Errno::ENOENT
      "#{RbConfig::CONFIG['host']}, #{Etc.nprocessors} cores"
    end

    def versions
      [RUBY_DESCRIPTION[/\Aruby \S+/], "RubyLLM #{RubyLLM::VERSION}", aws_sigv4,
       `rustc --version`[/\Arustc \S+/], OpenSSL::OPENSSL_LIBRARY_VERSION[/\AOpenSSL \S+/]].compact.join(', ')
    end

    def aws_sigv4
      "aws-sigv4 #{Gem.loaded_specs['aws-sigv4'].version}" if Gem.loaded_specs.key?('aws-sigv4')
    end

    def load_average
      File.read('/proc/loadavg').split.first
    rescue Errno::ENOENT
      'unknown'
    end
  end
end
