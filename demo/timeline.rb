# frozen_string_literal: true

# What everyone got, a line for each second.
class Timeline
  LANES = { copied: 'keys copied once', provider: 'provider', stream: 'its stream', events: '' }.freeze
  WIDTHS = { copied: 18, provider: 12, stream: 12 }.freeze
  COLOURS = { green: 32, red: 31, yellow: 33 }.freeze

  def initialize(output: $stdout)
    @output = output
    @coloured = output.tty? && ENV['NO_COLOR'].to_s.empty?
    @mutex = Mutex.new
    @notes = Hash.new { |notes, lane| notes[lane] = [] }
    output.sync = true
  end

  def start
    @started = now
    line('', LANES.transform_values { |title| [[title, nil]] })
  end

  def seconds
    now - @started
  end

  def note(lane, text, colour)
    @mutex.synchronize { @notes[lane] << [text, colour] }
  end

  # For what only the latest of matters.
  def replace(lane, text, colour)
    @mutex.synchronize { @notes[lane] = [[text, colour]] }
  end

  # Prints the seconds as they pass.
  #
  # @param credentials [RotatingCredentials]
  def play(duration, credentials)
    issued = expired = 0
    (1..duration).each do |second|
      sleep([second - seconds, 0].max)
      issued = tell(credentials.issued.size, issued, 'issued')
      expired = tell(credentials.issued.count { |set| set.expired?(Time.now) }, expired, 'expired')
      line("#{second} s", drain)
    end
  end

  private

  # What happened to the credentials comes before what it did to others.
  def tell(count, told, verb)
    @mutex.synchronize { @notes[:events].unshift(["credentials #{count} #{verb}", :yellow]) } if count > told
    count
  end

  def drain
    @mutex.synchronize { @notes.dup.tap { @notes.clear } }
  end

  def line(time, notes)
    cells = LANES.keys.map { |lane| cell(notes.fetch(lane, []), WIDTHS[lane].to_i, lane == :events ? ', ' : ' ') }
    @output.puts "#{time.rjust(5)}  #{cells.join('  ')}".rstrip
  end

  # Padded by what is seen of it: colours take no room.
  def cell(notes, width, separator)
    plain = notes.map(&:first).join(separator)
    notes.map { |text, colour| paint(text, colour) }.join(separator) + (' ' * [width - plain.size, 0].max)
  end

  def paint(text, colour)
    @coloured && colour ? "\e[#{COLOURS.fetch(colour)}m#{text}\e[0m" : text
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
