# frozen_string_literal: true

# The end of the demo: what was counted, and whether it is what the demo claims.
class Scores
  # How long after the expiration the copied keys may still seem to live: one question more.
  GRACE = 1.5
  ROTATIONS = 3

  def initialize(copied:, provider:, credentials:, reply:)
    @copied = copied
    @provider = provider
    @credentials = credentials
    @reply = reply
  end

  def table
    rows = [['', 'requests', 'rejected', 'rotations', 'reads per request'],
            ['keys copied once', *counts(@copied), '-', '-'],
            ['provider', *counts(@provider), @credentials.rotations, reads_per_request.round(3)]]
    rows.map { |name, *values| "  #{name.ljust(18)}#{values.map { |value| value.to_s.rjust(19) }.join}" }
        .push('', "  The copied keys: #{@copied.error || 'still alive'}",
              "  The stream: #{words(@provider.streamed)} of #{words(@reply)} words in " \
              "#{@provider.stream_seconds&.round(1) || '?'} s")
  end

  # @return [Array<String>] what was claimed and did not happen
  def untrue
    claims.reject { |_, shown| shown }.map { |claim, _| "Not shown: #{claim}" }
  end

  private

  def claims
    { 'the copied keys are rejected, as expired' => @copied.stand_in.rejections == { 'ExpiredTokenException' => 1 },
      'the copied keys work until they expire' => @copied.answers.positive?,
      'the copied keys die at the first expiration' => @copied.outlived&.between?(0, GRACE),
      'with the provider nothing is rejected' => @provider.stand_in.rejections.empty? && @provider.error.nil?,
      "there are #{ROTATIONS} rotations" => @credentials.rotations >= ROTATIONS,
      'every request reads the provider once' => reads == @provider.stand_in.requests,
      'the stream comes to its end' => @provider.streamed == @reply }
  end

  def counts(side)
    [side.stand_in.requests, side.stand_in.rejections.values.sum]
  end

  # But for the read that copied the keys.
  def reads
    @credentials.reads - 1
  end

  def reads_per_request
    reads.fdiv(@provider.stand_in.requests)
  end

  def words(text)
    text.to_s.split.size
  end
end
