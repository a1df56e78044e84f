# frozen_string_literal: true

# What bin/compat shows of a run: one line.
class MatrixRow
  RSpec::Core::Formatters.register self, :dump_summary

  def initialize(output)
    @output = output
  end

  # @param summary [RSpec::Core::Notifications::SummaryNotification]
  def dump_summary(summary)
    broken = summary.errors_outside_of_examples_count
    counts = [summary.example_count, summary.failure_count, summary.pending_count, summary.duration.round]
    @output.print(RUBY_VERSION.ljust(6), ' ', ruby_llm.ljust(9), *counts.map { |count| count.to_s.rjust(8) }, ' s')
    @output.print("  #{broken} errors outside of examples") unless broken.zero?
  end

  private

  def ruby_llm
    RubyLLM::VERSION
  rescue NameError
    '?'
  end
end
