# frozen_string_literal: true

module Soak
  # judged       {Ledger::Request => verdict of Judge}
  # signatures   {group => {verdict of Signatures => entries of Bedrock's log}}
  # events       what the gem told its instrumenter
  # calls        {group => how often its source was asked}
  # memory       rows of Memory
  # unanswered   {Load::Unanswered => :killed or :ours}
  # faults       {kind => how often}
  # silences     {group => the longest of Silences}
  # broken       what ended or crashed by itself
  Findings = Struct.new(:judged, :signatures, :events, :calls, :memory, :unanswered, :faults, :silences, :broken,
                        keyword_init: true)

  # What was counted, in tables, and what is ours.
  class Report
    # MB of resident memory that a process may grow by once it is warm.
    GROWTH = 48
    # Seconds that a request may take: a load that hangs is given up after 15, and tried once more after a rejection.
    SLOWEST = 40
    EXAMPLES = 5

    # @param findings [Findings]
    def initialize(findings)
      @findings = findings
    end

    def to_s
      [requests, errors, signatures, told, memory, faults, '', *ours.map { |line| "OURS: #{line}" }].join("\n")
    end

    # @return [Array<String>] what must not have happened; empty for a run that passed
    def ours
      [*failures, *slow, *turned_away, *left_waiting, *silent, *grown, *untimed, *@findings.broken]
    end

    private

    def groups = FaultScript::GROUPS

    def requests
      verdicts = %i[ok ours killed source_out ended_twice clock_moved]
      table(['requests', 'all', *verdicts, 'slowest', 'slowest signing', 'silent for'], groups.map do |group|
        mine = @findings.judged.select { |request, _| request.group == group }
        [group, mine.size, *verdicts.map { |verdict| mine.values.count(verdict) },
         seconds(mine.keys.filter_map(&:seconds).max), seconds(mine.keys.filter_map(&:signing).max),
         seconds(@findings.silences.fetch(group).unexplained)]
      end)
    end

    def errors
      failed = @findings.judged.reject { |request, verdict| verdict == :ok && request.error.nil? }
      kinds = failed.map { |request, verdict| [request.group, request.error || 'no end', verdict] }.tally
      table(%w[error group count verdict],
            kinds.map { |(group, error, verdict), count| [error, group, count, verdict] })
    end

    def signatures
      verdicts = %i[accepted ended_early expired outlived skewed] + Signatures::OURS
      table(['Bedrock said', *verdicts], groups.map do |group|
        [group, *verdicts.map { |verdict| @findings.signatures.fetch(group).fetch(verdict, []).size }]
      end)
    end

    def told
      names = %w[resolve_credentials refresh_credentials refresh_credentials_failed retry_rejected_credentials
                 learn_clock_skew]
      table(['credentials', 'source calls', *names.map { |name| name.sub('_credentials', '') }], groups.map do |group|
        mine = @findings.events.select { |event| event[:group] == group.to_s }.map { |event| event[:event] }.tally
        [group, @findings.calls.fetch(group), *names.map { |name| mine.fetch(name, 0) }]
      end)
    end

    def memory
      table(['MB', 'processes', 'PSS start', 'PSS end', 'RSS start', 'RSS end', 'one grew', 'within'],
            @findings.memory.map do |row|
              # None of one that lived too short a time to get warm.
              sizes = row.values_at(:start, :end).map(&:to_h)
              [row[:name], row[:processes], *sizes.map { |each| each[:pss] }, *sizes.map { |each| each[:rss] },
               row[:grown], "#{row[:watched]} s"]
            end)
    end

    def faults = "done: #{@findings.faults.sort.map { |kind, count| "#{kind} #{count}" }.join(', ')}"

    def failures
      @findings.judged.select { |_, verdict| verdict == :ours }.keys.first(EXAMPLES).map do |request|
        "#{request.id} (pid #{request.pid}, #{request.kind}) of #{Time.at(request.began).strftime('%T.%L')} " \
          "#{request.ended? ? "failed after #{seconds(request.seconds)}" : 'never ended'}: " \
          "#{request.error} #{request.message}"
      end
    end

    def slow
      @findings.judged.keys.select { |request| request.seconds.to_f > SLOWEST }.first(EXAMPLES).map do |request|
        "#{request.id} took #{seconds(request.seconds)}, more than #{SLOWEST} s"
      end
    end

    def turned_away
      @findings.signatures.flat_map do |group, verdicts|
        verdicts.slice(*Signatures::OURS).map do |verdict, entries|
          first = entries.first
          "#{entries.size} signatures of #{group} were #{verdict}, the first at " \
            "#{first.received_at.original.strftime('%T.%L')} (#{first.http_method} #{first.path}, " \
            "#{first.access_key_id}): #{first.verdict} #{first.reason}"
        end
      end
    end

    def left_waiting
      @findings.unanswered.select { |_, verdict| verdict == :ours }.keys.first(EXAMPLES).map do |each|
        "Puma did not answer #{each.id} after #{seconds(each.to - each.from)}: #{each.error}"
      end
    end

    def silent
      @findings.silences.values.select(&:too_long?).map do |silence|
        from, to = [silence.from, silence.to].map { |at| Time.at(at).strftime('%T') }
        "#{silence.group} gave no answer between #{from} and #{to}, and for #{seconds(silence.unexplained)} of it " \
          'nothing was the matter with its source'
      end
    end

    def grown
      @findings.memory.select { |row| row[:grown] > GROWTH }.map do |row|
        "a process of #{row[:name]} grew by #{row[:grown]} MB in #{row[:watched]} s, more than #{GROWTH} MB"
      end
    end

    # The soak's own fault: it times what nothing goes through.
    def untimed
      signed = @findings.judged.select { |_, verdict| verdict == :ok }.keys.group_by(&:group)
      signed.filter_map { |group, requests| "no signature of #{group} was timed" if requests.none?(&:signing) }
    end

    def seconds(number) = number ? format('%.2f s', number) : '-'

    def table(head, rows)
      widths = [head, *rows].transpose.map { |cells| cells.map { |cell| cell.to_s.size }.max }
      [head, *rows].map do |cells|
        cells.zip(widths).each_with_index.map do |(cell, width), index|
          index.zero? ? cell.to_s.ljust(width) : cell.to_s.rjust(width)
        end.join('  ').rstrip
      end.push('').join("\n")
    end
  end
end
