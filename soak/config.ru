# frozen_string_literal: true

require_relative 'asking'

Soak::Asking.configure

# The master has a set, too, and refreshes it: workers are forked in the middle of that. The thread ends with the fork.
Thread.new do
  chain = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new(region: 'us-west-2')
  loop do
    chain.credentials
  rescue RubyLLM::BedrockCredentials::Error
    nil
  ensure
    sleep 0.05
  end
end

run(lambda do |env|
  id, kind = env['PATH_INFO'].split('/').last(2)
  [200, { 'content-type' => 'text/plain' }, [Soak::Asking.request(id, kind)]]
end)
