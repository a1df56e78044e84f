# frozen_string_literal: true

# An application that has nothing but the installed gem: one answer and one stream, and where its code came from.

require 'json'
require 'ruby_llm-bedrock_credentials'

RubyLLM.configure do |config|
  config.bedrock_region = 'us-west-2'
  config.bedrock_use_aws_credentials_provider = true
  config.max_retries = 0
end

base = ENV.fetch('BEDROCK')
# RubyLLM had no option for its address before 1.16.
if RubyLLM.config.respond_to?(:bedrock_api_base=)
  RubyLLM.config.bedrock_api_base = base
else
  RubyLLM::Providers::Bedrock.class_eval { define_method(:api_base) { base } }
end

model = 'anthropic.claude-3-5-haiku-20241022-v1:0'
chat = -> { RubyLLM.chat(model: model, provider: :bedrock, assume_model_exists: true) }
streamed = +''
answers = [chat.call.ask('Hi').content]
chat.call.ask('Hi') { |chunk| streamed << chunk.content.to_s }

loaded = $LOADED_FEATURES.grep(/bedrock_credentials/)
puts JSON.generate(
  answers: answers << streamed, loaded: loaded, path: $LOAD_PATH.map(&:to_s),
  library: loaded.find { |file| file.match?(/ruby_llm_bedrock_credentials\.(so|bundle)\z/) }
)
