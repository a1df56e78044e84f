# frozen_string_literal: true

require 'ruby_llm'

# What both sides do alike. Of the two, only the configuration of the credentials differs.
module Asking
  INTERVAL = 0.5

  # The stand-in is RubyLLM's HTTP proxy: RubyLLM signs the host without its port, so it needs an endpoint on port 80.
  # The proxy answers itself, nothing leaves this machine.
  def self.configure(proxy)
    RubyLLM.configure do |config|
      config.bedrock_region = 'us-west-2'
      config.bedrock_api_base = 'http://bedrock-runtime.us-west-2.amazonaws.com'
      config.http_proxy = proxy
      yield config
    end
  end

  def self.chat
    RubyLLM.chat(model: 'us.amazon.nova-lite-v1:0', provider: :bedrock, assume_model_exists: true)
  end
end
