# frozen_string_literal: true

class StreamsController < ApplicationController
  include ActionController::Live

  def show
    response.headers['Content-Type'] = 'text/event-stream'
    RubyLLM.chat(provider: :bedrock).ask(params.require(:question)) do |chunk|
      response.stream.write("data: #{chunk.content.to_json}\n\n") if chunk.content.present?
    end
  ensure
    response.stream.close
  end
end
