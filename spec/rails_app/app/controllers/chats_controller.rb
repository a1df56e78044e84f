# frozen_string_literal: true

class ChatsController < ApplicationController
  def create
    chat = Chat.create!(provider: 'bedrock')
    ChatResponseJob.perform_later(chat.id, params.require(:question))
    render json: { id: chat.id }, status: :accepted
  end

  def show
    messages = Chat.find(params[:id]).messages.map { |message| { role: message.role, content: message.content } }
    render json: { messages: messages }
  end
end
