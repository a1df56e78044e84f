# frozen_string_literal: true

class QuestionsController < ApplicationController
  def create
    answer = RubyLLM.chat(provider: :bedrock).ask(params.require(:question))
    render json: { answer: answer.content, pid: Process.pid }
  end
end
