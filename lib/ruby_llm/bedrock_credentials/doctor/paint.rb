# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    module Doctor
      # Colours, where they are wanted: on a terminal, without NO_COLOR (https://no-color.org).
      # @api private
      class Paint
        CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 }.freeze
        private_constant :CODES

        # @param out [IO]
        # @return [Paint]
        def self.for(out)
          new(out.tty? && ENV.fetch('NO_COLOR', '').empty? && ENV['TERM'] != 'dumb')
        end

        # @param colours [Boolean]
        def initialize(colours)
          @colours = colours
        end

        CODES.each do |name, code|
          define_method(name) { |text| @colours ? "\e[#{code}m#{text}\e[0m" : text }
        end
      end
    end
  end
end
