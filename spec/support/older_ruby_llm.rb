# frozen_string_literal: true

# Lets the specs run on RubyLLM 1.12 to 1.15 (see bin/compat). Required ahead of the gem, which must
# find RubyLLM so.
#
# RUBY_LLM_SHAPE=1.12 or 1.13 takes away from RubyLLM 1.16 what that one has not got. 1.14 and 1.15
# lack only the bedrock_api_base that is given back below, and that this gem never asks for.

# RUBYOPT reaches every Ruby that a spec starts, those without gems too.
return unless defined?(Gem)

require 'ruby_llm'

module OlderRubyLLM
  # Bedrock's hosts are fixed before 1.16; the specs' is another.
  module StandInHost
    def api_base
      @config.bedrock_api_base || super
    end

    def models_api_base
      @config.bedrock_api_base || super
    end
  end

  # 1.12 retries no POST.
  module IdempotentRetries
    private

    def setup_retry(faraday)
      super
      retries = faraday.builder.handlers.find { |handler| handler.klass == Faraday::Retry::Middleware }
      retries.instance_variable_get(:@args).first[:methods] = Faraday::Retry::Middleware::IDEMPOTENT_METHODS
    end
  end

  class << self
    def take_shape(version)
      raise "RubyLLM #{RubyLLM::VERSION} cannot take the shape of #{version}" unless
        RubyLLM::VERSION.start_with?('1.16.') && %w[1.12 1.13].include?(version)

      # An option is an attr_accessor, and no provider registers its own.
      RubyLLM::Configuration.singleton_class.undef_method(:register_provider_options)
      [RubyLLM::Provider, bedrock].each { |provider| provider.singleton_class.undef_method(:configuration_options) }
      RubyLLM::Connection.prepend(IdempotentRetries) if version == '1.12'
    end

    def reach_stand_in
      return if RubyLLM::Configuration.method_defined?(:bedrock_api_base)

      RubyLLM::Configuration.attr_accessor(:bedrock_api_base)
      bedrock.prepend(StandInHost)
    end

    private

    def bedrock
      RubyLLM::Providers::Bedrock
    end
  end
end

OlderRubyLLM.take_shape(ENV['RUBY_LLM_SHAPE']) if ENV['RUBY_LLM_SHAPE']
OlderRubyLLM.reach_stand_in
