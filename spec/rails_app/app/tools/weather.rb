# frozen_string_literal: true

class Weather < RubyLLM::Tool
  description 'The weather in a city'

  def execute(city:)
    "Rain in #{city}"
  end
end
