# frozen_string_literal: true

# For a second pass over the signing specs: Ruby collects at every allocation of `sign`, and in the rest of a spec as
# always, which would take hours otherwise.
module GcStress
  # Of the young objects alone, as those of a signature are: a full mark at each would take minutes.
  MINOR = 1

  class << self
    def sign
      outermost = !Thread.current[:gc_stress]
      Thread.current[:gc_stress] = true
      # A provider that signs itself is left alone, as its recursion would be collected at each turn.
      GC.stress = outermost && MINOR
      yield
    ensure
      GC.stress = false
      Thread.current[:gc_stress] = nil if outermost
    end
  end

  def sign_attributes(...) = GcStress.sign { super }
end

RubyLLM::BedrockCredentials.singleton_class.prepend(GcStress)
