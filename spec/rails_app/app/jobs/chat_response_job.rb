# frozen_string_literal: true

class ChatResponseJob < ApplicationJob
  def perform(chat_id, question)
    Chat.find(chat_id).ask(question)
  end
end
