# frozen_string_literal: true

require 'contenders'
require 'rounds'

# Prints the seconds of a signature over as many bytes as each argument says; of whichever library is first in
# $LOAD_PATH.
ours = { ours: Contenders::Ours.new }
puts(ARGV.map { |size| Rounds.take(ours, ('a' * size.to_i).freeze, rounds: 11).seconds(:ours) })
