# frozen_string_literal: true

Rails.application.routes.draw do
  get 'up', to: 'rails/health#show'

  resources :questions, only: :create
  resource :stream, only: :show
  resources :chats, only: %i[create show]
end
