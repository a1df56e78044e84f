# frozen_string_literal: true

RubyLLM.configure do |config|
  config.bedrock_region = 'us-west-2'
  config.bedrock_use_aws_credentials_provider = true
  # Amazon's own unless it is set.
  config.bedrock_api_base = ENV.fetch('BEDROCK_URL', nil)

  config.default_model = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
  # The models this app uses; RubyLLM's own list has some 1800, which take seconds to load into a database.
  config.model_registry_file = Rails.root.join('config/models.json').to_s
  config.logger = Rails.logger
  # RubyLLM 1's generated models need it, RubyLLM 2 has nothing else.
  config.use_new_acts_as = true if config.respond_to?(:use_new_acts_as)
end
