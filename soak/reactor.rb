# frozen_string_literal: true

# Fibers on one thread, each with one request after another, until SIGTERM.

require 'async'
require_relative 'asking'

FIBERS = 6
PAUSES = (0.3..0.9)

Soak::Asking.configure
stopping = false
trap('TERM') { stopping = true }

Sync do |reactor|
  Array.new(FIBERS) do |fiber|
    reactor.async do
      number = 0
      until stopping
        Soak::Asking.request("async-#{fiber}-#{number += 1}", Soak::Asking::KINDS.sample)
        sleep(rand(PAUSES))
      end
    end
  end.each(&:wait)
end
