# frozen_string_literal: true

require 'contenders'
require 'json'
require 'rounds'

# One process's part of benchmark/signing.rb, as JSON: the rounds of each size, and the Ruby objects of a signature.

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

# Ruby's heap grows at first, which costs the most whoever makes the most objects.
Rounds.take(ALL, ('a' * 200).freeze, rounds: 13)
sizes = ARGV.map(&:to_i)
rounds = sizes.map { |size| Rounds.take(ALL, ('a' * size).freeze, rounds: size > 1 << 20 ? 3 : 13).rounds }
made = RUBY.transform_values { |contender| objects(contender, ('a' * sizes.first).freeze) }
puts JSON.generate(rounds: rounds, objects: made)
