# frozen_string_literal: true

module Soak
  # Gives each of its things once, in any order, and then all of them again.
  class Bag
    def initialize(things, random)
      @things = things
      @random = random
      @left = []
    end

    def next
      @left = @things.shuffle(random: @random) if @left.empty?
      @left.shift
    end
  end
end
