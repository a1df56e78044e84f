# frozen_string_literal: true

require 'json'
require 'ruby_llm/bedrock_credentials'

RubyLLM.configure do |config|
  config.bedrock_region = 'us-west-2'
  config.bedrock_api_base = ENV.fetch('BEDROCK_URL')
  config.bedrock_use_aws_credentials_provider = true
  config.log_level = Logger::WARN
end

CHAIN = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2')
# In the master, whose set the workers inherit.
PRELOADED = CHAIN.credentials.access_key_id

run(lambda do |_env|
  chat = RubyLLM.chat(model: 'anthropic.claude-3-5-haiku-20241022-v1:0', provider: :bedrock, assume_model_exists: true)
  answer = { pid: Process.pid, content: chat.ask('Hello?').content, preloaded: PRELOADED,
             current: CHAIN.credentials.access_key_id }
  [200, { 'content-type' => 'application/json' }, [JSON.generate(answer)]]
end)
