# frozen_string_literal: true

require_relative 'units'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # The sources, a row each; what does not fit beside its row stands below it.
      # @api private
      class Table
        STATES = { found: ['found', :green], failed: ['failed', :red], shadowed: ['set, unused', :yellow],
                   not_set: ['not set', :dim], skipped: ['skipped', :dim], not_tried: ['not tried', :dim] }.freeze
        # What AWS's crates say of every failed connection, and of none in particular.
        CHAFF = Regexp.union(['dispatch failure: ', 'io error: ', 'client error (Connect): ', 'timeout: ',
                              'an error occurred while loading an access token: ']).freeze
        # How they say what a container's endpoint answered.
        STATUS = /Non-success status from HTTP credential provider: StatusCode\((\d+)\)/
        private_constant :STATES, :CHAFF, :STATUS

        # @param text [String] with or without colours
        # @param width [Integer]
        # @return [Array<String>]
        def self.fold(text, width)
          text.split.each_with_object([+'']) do |word, lines|
            length = "#{lines.last} #{word}".gsub(/\e\[\d+m/, '').length
            next lines << +word if length > width && !lines.last.empty?

            lines.last << (lines.last.empty? ? word : " #{word}")
          end
        end

        # @param width [Integer] columns
        # @param paint [Paint]
        def initialize(width, paint)
          @width = width
          @paint = paint
        end

        # @param sources [Array<Source>]
        # @return [Array<String>]
        def rows(sources)
          names = sources.map { |source| source.name.length }.max
          sources.flat_map { |source| row(source, names) }
        end

        private

        def row(source, names)
          state, colour = STATES.fetch(source.outcome)
          time = source.seconds ? Units.duration(source.seconds) : ''
          start = "#{source.name.ljust(names)}  #{@paint.public_send(colour, state.ljust(11))}  #{time.rjust(6)}"
          beside(start, names + 21, detail(source)).map(&:rstrip)
        end

        def beside(start, indent, detail)
          room = @width - indent - 2
          return ["#{start}  #{detail}"] if detail.length <= room && !detail.include?("\n")

          # A command stands on a line of its own, to be copied.
          below = detail.split(/; (?=log in again with: )|\n/).flat_map { |part| self.class.fold(part, @width - 4) }
          [start, *below.map { |line| "    #{line}" }]
        end

        # The state has said what is repeated.
        def detail(source)
          text = source.detail.to_s.gsub(CHAFF, '').gsub(STATUS, 'it answered HTTP \\1')
          source.outcome == :not_set ? text.sub(/ (?:is )?not set\z/, '') : text
        end
      end
    end
  end
end
