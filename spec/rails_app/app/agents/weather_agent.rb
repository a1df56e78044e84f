# frozen_string_literal: true

class WeatherAgent < RubyLLM::Agent
  chat_model Chat
  model 'us.anthropic.claude-haiku-4-5-20251001-v1:0', provider: :bedrock
  instructions 'You are a meteorologist.'
  tools Weather
end
