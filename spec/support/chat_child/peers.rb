# frozen_string_literal: true

require_relative '../aws_stand_in'
require_relative '../bedrock_stand_in'
require_relative '../chat_child'

module ChatChild
  # A place credentials come from, and a Bedrock that knows them, for one child; and what the two saw.
  class Peers
    attr_reader :aws, :bedrock

    # @param options of AwsStandIn
    def self.open(**options)
      peers = new(**options)
      yield peers
    ensure
      peers&.stop
    end

    def initialize(**options)
      @aws = AwsStandIn.new(**options)
      @bedrock = BedrockStandIn.new(account: aws.account)
    end

    # @param source see AwsStandIn::Environments::SOURCES
    def environment(source, **options)
      aws.environment(source, **options).merge('SPEC_BEDROCK' => bedrock.url)
    end

    # Whenever Bedrock sees a set for the first time: no request for credentials is under way then.
    def on_new_set
      seen = []
      bedrock.answer(:converse) do
        id = bedrock.log.last.access_key_id
        yield unless seen.include?(id)
        seen |= [id]
        { output: { message: { role: 'assistant', content: [{ text: 'Hello.' }] } }, stopReason: 'end_turn',
          usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } }
      end
    end

    # @return [Hash] the report, and what the stand-ins saw
    def run(environment, script, **options)
      ChatChild.run(environment, script, **options).merge(seen)
    end

    def seen
      { 'calls' => aws.journal.counts.transform_keys(&:to_s), 'refusals' => aws.journal.refusals,
        'rejections' => bedrock.rejections, 'requests' => bedrock.requests,
        'signed_with' => bedrock.log.map(&:access_key_id).uniq }
    end

    def stop
      bedrock.stop
      aws.stop
    end
  end
end
