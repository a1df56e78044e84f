# frozen_string_literal: true

# Two RubyLLMs ask the same service a question every half second, and the credentials live four seconds. One was given
# the keys, the other the provider of the keys. Everything is real but Bedrock, which is the specs' stand-in: it checks
# every signature and turns expired tokens away, as AWS does. Run it with bin/demo.

require 'ruby_llm/bedrock_credentials'
require_relative '../spec/support/bedrock_stand_in'
require_relative '../spec/support/rotating_credentials'
require_relative 'copied_keys'
require_relative 'provider'
require_relative 'scores'
require_relative 'timeline'

SECONDS = 15
LIFETIME = 4
REFRESH_BEFORE = 1
WORDS_A_SECOND = 2
REPLY = Array.new((SECONDS * WORDS_A_SECOND) - 4) { |index| "word#{index + 1}" }.join(' ')

account = BedrockStandIn::Account.new
credentials = RotatingCredentials.new(account:, lifetime: LIFETIME, refresh_before: REFRESH_BEFORE)

# One for each, so that each has its own count of requests and rejections.
for_copied, for_provider = Array.new(2) do
  BedrockStandIn.new(account:).tap { |stand_in| stand_in.say(REPLY, stream_interval: 1.0 / WORDS_A_SECOND) }
end

timeline = Timeline.new
copied = CopiedKeys.new(for_copied, timeline)
provider = Provider.new(for_provider, credentials, timeline)

puts "RubyLLM #{RubyLLM::VERSION}: credentials that live #{LIFETIME} s, a question every 0.5 s, a stream of " \
     "#{REPLY.split.size / WORDS_A_SECOND} s", ''
timeline.start
copied.start(credentials.credentials)
provider.start(until_second: SECONDS)
timeline.play(SECONDS, credentials)
[copied, provider].each(&:finish)

scores = Scores.new(copied:, provider:, credentials:, reply: REPLY)
puts '', scores.table
[for_copied, for_provider].each(&:stop)

abort "\n#{scores.untrue.join("\n")}" if scores.untrue.any?
