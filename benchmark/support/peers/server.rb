# frozen_string_literal: true

require_relative '../../../spec/support/chat_child/peers'

# Seconds until the model answers: a thread that chats mostly waits for it.
REPLY = 0.2

peers = ChatChild::Peers.new
peers.bedrock.delay_next(REPLY, times: Float::INFINITY)
asked = { peers: peers, aws: peers.aws, bedrock: peers.bedrock }

until $stdin.eof?
  target, method, *arguments, options = Marshal.load($stdin) # rubocop:disable Security/MarshalLoad -- from the parent
  answer = asked.fetch(target).public_send(method, *arguments, **options)
  Marshal.dump(answer.is_a?(Hash) || answer.is_a?(Numeric) ? answer : nil, $stdout)
  $stdout.flush
end
peers.stop
