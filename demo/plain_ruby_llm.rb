# frozen_string_literal: true

# An app that copies its AWS credentials into RubyLLM's configuration when it starts, as RubyLLM's guide shows.

require 'json'
require_relative 'asking'

$stdout.sync = true
abort 'this process was to run without the gem' if defined?(RubyLLM::BedrockCredentials)
puts 'ready'

keys = JSON.parse($stdin.gets)
Asking.configure(ARGV.fetch(0)) do |config|
  config.bedrock_api_key = keys['access_key_id']
  config.bedrock_secret_key = keys['secret_access_key']
  config.bedrock_session_token = keys['session_token']
end

chat = Asking.chat
begin
  loop do
    chat.ask('Still there?')
    puts 'ok'
    sleep Asking::INTERVAL
  end
rescue RubyLLM::Error => e
  puts "#{e.class}: #{e.message}"
  exit 1
end
