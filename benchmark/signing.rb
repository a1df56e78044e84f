# frozen_string_literal: true

require 'aws-sigv4'
require 'json'
require 'open3'
require 'rbconfig'
require 'report'
require 'rounds'

SIZES = [200, 4 << 10, 100 << 10, 1 << 20, 20 << 20].freeze
# Where a process has its code and its heap makes a tenth more or less, for as long as it lives.
PROCESSES = 9

def process
  load_path = $LOAD_PATH.first(3).map { |path| "-I#{path}" }
  output, status = Open3.capture2(RbConfig.ruby, *load_path, 'benchmark/support/signing_rounds.rb', *SIZES.map(&:to_s))
  abort output unless status.success?
  JSON.parse(output, symbolize_names: true)
end

def row(size, rounds)
  ratios = [%i[ours bare], %i[ruby_llm ours], %i[aws_sigv4 ours], %i[ours sha256]]
  [Report.size(size), *%i[ours ruby_llm aws_sigv4 bare sha256].map { |name| Report.duration(rounds.seconds(name)) },
   *ratios.map { |pair| format('%.2f', rounds.ratio(*pair)) }]
end

Report.heading('A signature')
processes = Array.new(PROCESSES) { process }
by_process = processes.map { |process| SIZES.zip(process[:rounds].map { |rounds| Rounds.new(rounds) }).to_h }
all = SIZES.to_h { |size| [size, Rounds.new(by_process.flat_map { |sizes| sizes[size].rounds })] }
Report.table(['body', 'this gem', 'RubyLLM', 'aws-sigv4 gem', 'bare crate', 'SHA-256', 'this gem / bare crate',
              'RubyLLM / this gem', 'aws-sigv4 gem / this gem', 'this gem / SHA-256'],
             all.map { |size, rounds| row(size, rounds) })
objects = processes.first[:objects].values_at(:ours, :ruby_llm, :aws_sigv4, :by_request)
Report.table(['Ruby objects a signature', 'this gem', 'RubyLLM', 'aws-sigv4 gem', 'sign(Request.new(…), …)'],
             [['200 B', *objects]])

small = all[SIZES.first]
spread = by_process.map { |sizes| sizes[SIZES.first].ratio(:ours, :bare) }.minmax
puts format('- 200 B by sign(Request.new(…), …): %<time>s, %<bare>.2f times the bare crate',
            time: Report.duration(small.seconds(:by_request)), bare: small.ratio(:by_request, :bare))
bare = small.ratio(:ours, :bare)
faster = %i[ruby_llm aws_sigv4].map { |name| small.ratio(name, :ours) }.min
Report.target(format("200 B: %.2f times the bare crate (at most 1.5; %.2f to %.2f in #{PROCESSES} processes)",
                     bare, *spread), bare <= 1.5)
Report.target(format('200 B: %.1f times as fast as the faster Ruby signer (at least 8)', faster), faster >= 8)
all.each do |size, rounds|
  next if size < 1 << 20

  sha256 = rounds.ratio(:ours, :sha256)
  Report.target("#{Report.size(size)}: #{sha256.round(3)} times SHA-256 alone (at most 1.05)", sha256 <= 1.05)
end
