# frozen_string_literal: true

require_relative 'support/http_server'

# RubyLLM's error middleware, which the signing is prepended to, is every provider's.
RSpec.describe RubyLLM::BedrockCredentials::SigningMiddleware, 'with another provider' do
  it 'changes nothing of its requests, those that are tried again neither' do
    authorizations = []
    server = HttpServer.new do |request|
      authorizations << request['authorization']
      next HttpServer::Response.error('overloaded', 'Try again.', status: 503) if authorizations.size < 3

      HttpServer::Response.json({ object: 'list', data: [{ id: 'gpt-x', object: 'model', created: 1, owned_by: 'x' }] })
    end
    context = RubyLLM.context do |config|
      config.openai_api_key = 'sk-openai'
      config.openai_api_base = "http://#{server.host}:#{server.port}/v1"
      config.retry_interval = 0
    end

    expect(RubyLLM::Providers::OpenAI.new(context.config).list_models.map(&:id)).to eq(['gpt-x'])
    expect(authorizations).to eq(['Bearer sk-openai'] * 3)
  ensure
    server&.stop
  end
end
