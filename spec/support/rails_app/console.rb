# frozen_string_literal: true

require 'json'

# Run in the app by `rails runner`: answers each script that comes in, a line of JSON, with the script's last value, or
# with what it raised.
module Console
  class << self
    def run
      answers = $stdout.dup
      # What the app itself prints is no answer.
      $stdout.reopen($stderr)
      $stdin.each_line do |line|
        answers.puts(answer(JSON.parse(line)))
        answers.flush
      end
    end

    private

    def answer(script)
      JSON.generate(value: Object.new.instance_eval(script, 'script'))
    rescue StandardError => e
      JSON.generate(error: "#{e.class}: #{e.message}", backtrace: e.backtrace)
    end
  end
end

Console.run
