# frozen_string_literal: true

require_relative 'machine'

# Prints Markdown, to be pasted into the README.
module Report
  class << self
    def heading(title)
      puts "\n### #{title}\n\n#{Machine}\n\n"
      refuse_other_profile
    end

    # The first column is text, the others are numbers.
    def table(columns, rows)
      widths = [columns, *rows].transpose.map { |cells| cells.map { |cell| cell.to_s.length }.max }
      puts line(columns, widths)
      puts "|-#{'-' * widths.first}-|#{widths.drop(1).map { |width| "#{'-' * (width + 1)}:|" }.join}"
      rows.each { |row| puts line(row, widths) }
      puts
    end

    # @param met [Boolean]
    def target(text, met)
      puts "- #{text}: #{met ? 'met' : 'NOT MET'}"
    end

    # @return [String] for example '1.23 ms'
    def duration(seconds)
      return format('%.3g s', seconds) if seconds >= 1
      return format('%.3g ms', seconds * 1e3) if seconds >= 1e-3

      format('%.3g µs', seconds * 1e6)
    end

    # @return [String] for example '100 KB'
    def size(bytes)
      return "#{bytes >> 20} MB" if bytes >= 1 << 20 && (bytes % (1 << 20)).zero?
      return "#{bytes >> 10} KB" if bytes >= 1 << 10 && (bytes % (1 << 10)).zero?

      "#{bytes} B"
    end

    private

    def line(cells, widths)
      first, *others = cells.zip(widths)
      "| #{first[0].to_s.ljust(first[1])} |#{others.map { |cell, width| " #{cell.to_s.rjust(width)} |" }.join}"
    end

    def refuse_other_profile
      library = $LOADED_FEATURES.grep(/ruby_llm_bedrock_credentials\.(so|bundle)\z/).first
      abort "#{library} is not of the release profile: run this with rake" unless library.include?('/release/')
    end
  end
end
