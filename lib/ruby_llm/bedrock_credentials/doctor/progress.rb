# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    module Doctor
      # Says what is waited for, on a terminal, once it takes a while; and wipes that away.
      # @api private
      class Progress
        # Seconds. What is quicker needs no word.
        DELAY = 0.4
        INTERVAL = 0.2
        WIPE = "\r\e[K"
        # That of this machine.
        module Monotonic
          def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
        end
        private_constant :DELAY, :INTERVAL, :WIPE, :Monotonic

        # @param err [IO]
        # @yieldparam progress [Progress]
        # @return what the block returns
        def self.show(err)
          progress = new(err)
          teller = Thread.new { progress.tell } if err.tty? && ENV['TERM'] != 'dumb'
          yield progress
        ensure
          teller&.kill&.join
          progress.wipe
        end

        # @param err [IO]
        # @param clock [#now] seconds
        def initialize(err, clock = Monotonic)
          @err = err
          @clock = clock
          about { 'Looking' }
        end

        # @yieldreturn [String] asked for each time it is shown
        def about(&words)
          @since = @clock.now
          @words = words
        end

        # Until the thread is killed.
        def tell
          loop do
            sleep(INTERVAL)
            tick
          end
        end

        # Says it, if it is time to.
        def tick
          seconds = @clock.now - @since
          return if seconds < DELAY

          @shown = true
          @err.print(WIPE, "#{@words.call}, #{seconds.floor} s ...")
          @err.flush
        end

        def wipe
          @err.print(WIPE) if @shown
          @err.flush
        end
      end
    end
  end
end
