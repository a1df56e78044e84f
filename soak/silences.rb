# frozen_string_literal: true

module Soak
  # How long a group gave no answer for, but for the time in which its source was in trouble or it was starting. What
  # hangs where someone is always about to be killed shows here.
  class Silences
    # Seconds without an answer that are not explained: what is held of a failure and the attempts after it, a few
    # times over, and a busy machine.
    LONGEST = 20
    # Seconds that a start may take.
    START = 20

    Silence = Struct.new(:group, :from, :to, :unexplained) do
      def too_long? = unexplained > LONGEST
    end

    # @param requests [Array<Ledger::Request>]
    # @param answered [Array<Ledger::Request>] those of them that ended well
    # @param span [Range] seconds since the epoch, of the warm
    def initialize(timeline:, requests:, answered:, span:)
      @timeline = timeline
      @requests = requests.group_by(&:group)
      @answered = answered.group_by(&:group)
      @span = span
    end

    # @return [Silence] the group's longest, by what of it is not explained
    def longest(group)
      heard = @answered.fetch(group, []).map(&:ended).select { |at| @span.cover?(at) }.sort
      troubles = troubles(group)
      [@span.begin, *heard, @span.end].each_cons(2).map do |from, to|
        Silence.new(group, from, to, to - from - shared(troubles, from, to))
      end.max_by(&:unexplained)
    end

    private

    def troubles(group)
      outages = @timeline.outages_of(group).map { |outage| [outage.from, outage.to || @span.end] }
      outages + @timeline.restarts_of(group).map { |at| [at, up_again(group, at)] }
    end

    # When a process that was not to end began a request.
    def up_again(group, at)
      begun = @requests.fetch(group, []).select do |request|
        request.began > at && (@timeline.end_of(request.pid) || request.began) > at
      end
      [*begun.map(&:began), at + START].min
    end

    # Seconds of the time that lie in troubles, which may overlap.
    def shared(troubles, from, to)
      seconds = 0
      troubles.sort.each do |start, finish|
        start = [start, from].max
        finish = [finish, to].min
        next unless finish > start

        seconds += finish - start
        from = finish
      end
      seconds
    end
  end
end
