# frozen_string_literal: true

require 'contenders'
require 'report'
require 'rounds'

SIZES = [200, 4 << 10, 100 << 10, 1 << 20, 20 << 20].freeze
RUBY = { ours: Contenders::Ours.new, ruby_llm: Contenders::OfRubyLLM.new, aws_sigv4: Contenders::AwsSigv4.new,
         by_request: Contenders::OursByRequest.new }.freeze
ALL = RUBY.merge(bare: Contenders::BareCrate.new, sha256: Contenders::Sha256.new).freeze

def objects(contender, body)
  contender.sign(body)
  GC.disable
  before = GC.stat(:total_allocated_objects)
  100.times { contender.sign(body) }
  (GC.stat(:total_allocated_objects) - before).fdiv(100).round
ensure
  GC.enable
end

def row(size, rounds)
  ratios = [%i[ours bare], %i[ruby_llm ours], %i[aws_sigv4 ours], %i[ours sha256]]
  [Report.size(size), *ALL.except(:by_request).keys.map { |name| Report.duration(rounds.seconds(name)) },
   *ratios.map { |pair| format('%.2f', rounds.ratio(*pair)) }]
end

Report.heading('A signature')
results = SIZES.to_h do |size|
  [size, Rounds.new(ALL, ('a' * size).freeze, rounds: size > 1 << 20 ? 21 : 61)]
end
Report.table(['body', 'this gem', 'RubyLLM', 'aws-sigv4 gem', 'bare crate', 'SHA-256', 'this gem / bare crate',
              'RubyLLM / this gem', 'aws-sigv4 gem / this gem', 'this gem / SHA-256'],
             results.map { |size, rounds| row(size, rounds) })

Report.table(['Ruby objects a signature', 'this gem', 'RubyLLM', 'aws-sigv4 gem', 'sign(Request.new(…), …)'],
             [['200 B', *RUBY.values.map { |contender| objects(contender, ('a' * 200).freeze) }]])

small = results[SIZES.first]
puts format('- 200 B by sign(Request.new(…), …): %<time>s, %<bare>.2f times the bare crate',
            time: Report.duration(small.seconds(:by_request)), bare: small.ratio(:by_request, :bare))
bare = small.ratio(:ours, :bare)
faster = %i[ruby_llm aws_sigv4].map { |name| small.ratio(name, :ours) }.min
Report.target(format('200 B: %.2f times the bare crate (at most 1.5)', bare), bare <= 1.5)
Report.target(format('200 B: %.1f times as fast as the faster Ruby signer (at least 8)', faster), faster >= 8)
results.each do |size, rounds|
  next if size < 1 << 20

  sha256 = rounds.ratio(:ours, :sha256)
  Report.target("#{Report.size(size)}: #{sha256.round(3)} times SHA-256 alone (at most 1.05)", sha256 <= 1.05)
end
