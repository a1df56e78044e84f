# frozen_string_literal: true

require 'logger'
require 'ruby_llm/bedrock_credentials'
require_relative 'ledger'

module Soak
  # What every process does: configures RubyLLM as an application would, and makes one request after another.
  module Asking
    class WrongAnswer < StandardError; end

    REPLY = 'Eight words that are checked at the end.'
    MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0'
    KINDS = [*%i[chat] * 6, *%i[stream] * 3, :list].freeze

    # The longest signature of a fiber's request, the wait for credentials included.
    module Timing
      def sign_attributes(...)
        start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
        super
      ensure
        took = Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
        Thread.current[:soak_signing] = [Thread.current[:soak_signing] || 0, took].max
      end
    end

    class << self
      def configure
        @ledger = Ledger.new(ENV.fetch('SOAK_LEDGER'), ENV.fetch('SOAK_GROUP'))
        RubyLLM::BedrockCredentials.singleton_class.prepend(Timing)
        RubyLLM.configure do |config|
          config.bedrock_region = 'us-west-2'
          config.bedrock_api_base = ENV.fetch('SOAK_BEDROCK')
          # RubyLLM 2 lists what is there, too.
          config.bedrock_mantle_api_base = ENV.fetch('SOAK_BEDROCK') if config.respond_to?(:bedrock_mantle_api_base=)
          config.bedrock_use_aws_credentials_provider = true
          config.logger = Logger.new($stderr, level: Logger::WARN)
          config.instrumenter = @ledger if config.respond_to?(:instrumenter=)
          # Nothing is to be made good by trying again, but what the gem itself tries again.
          config.max_retries = 0
        end
        RubyLLM.models.all.size
      end

      # @param id [String] that Bedrock finds in the body, but for a listing, which has none
      # @return [String] what it came to
      def request(id, kind)
        outcome = @ledger.request(id, kind) do
          Thread.current[:soak_signing] = nil
          public_send(kind, id)
          Thread.current[:soak_signing]
        end
        outcome.is_a?(Exception) ? outcome.class.name : 'ok'
      end

      def chat(id) = check(ask(id).content)

      def stream(id)
        pieces = []
        ask(id) { |chunk| pieces << chunk.content }
        check(pieces.join)
      end

      def list(_id)
        models = RubyLLM::Providers::Bedrock.new(RubyLLM.config).list_models
        raise WrongAnswer, 'no models' if models.empty?
      end

      private

      def ask(id, &)
        RubyLLM.chat(model: MODEL, provider: :bedrock, assume_model_exists: true).ask("request <#{id}>", &)
      end

      def check(text)
        raise WrongAnswer, text unless text == REPLY
      end
    end
  end
end
