# frozen_string_literal: true

require 'contenders'
require 'report'
require 'rounds'

SIGN_RS = File.expand_path('../ext/ruby_llm_bedrock_credentials/src/sign.rs', __dir__)
THRESHOLD = File.read(SIGN_RS)[/RELEASE_GVL_FROM_BYTES: usize = ([\d *]+);/, 1].split('*').map(&:to_i).reduce(:*)
SIZES = [1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, THRESHOLD - 1, THRESHOLD].uniq.sort.freeze
OURS = Contenders::Ours.new

# Wall time: it is the waiting for the GVL that is looked for.
def seconds
  started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  yield
  Process.clock_gettime(Process::CLOCK_MONOTONIC) - started
end

def signatures(size, times)
  body = ('a' * size).freeze
  Array.new(times) { seconds { OURS.sign(body) } }
end

# A thread that never lets go of the GVL by itself.
def beside_busy_thread
  stop = false
  thread = Thread.new { 1 + 1 until stop }
  yield
ensure
  stop = true
  thread.join
end

def sweep
  beside = ->(size) { beside_busy_thread { signatures(size, size < THRESHOLD ? 2000 : 20) } }
  SIZES.map do |size|
    alone = Rounds.median(signatures(size, 500))
    busy = beside.call(size)
    [Report.size(size), size < THRESHOLD ? 'kept' : 'released',
     *[alone, Rounds.median(busy), busy.sum / busy.size].map { |time| Report.duration(time) }]
  end
end

def handover
  below, above = [THRESHOLD - 1, THRESHOLD].map { |size| ('a' * size).freeze }
  Rounds.median(Array.new(2000) { seconds { OURS.sign(above) } - seconds { OURS.sign(below) } })
end

Report.heading('Leaving the GVL')
Report.table(['body', 'GVL', 'alone', 'beside a busy thread, median', 'mean'], sweep)
puts "Handing the GVL over and back, alone: #{Report.duration(handover)}\n\n"
