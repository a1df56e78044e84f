# frozen_string_literal: true

require 'ruby_llm/bedrock_credentials'

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.order = :random
  config.seed = Integer(ENV['SEED']) if ENV['SEED']
  Kernel.srand config.seed

  config.raise_errors_for_deprecations!
  config.expect_with(:rspec) { |expectations| expectations.max_formatted_output_length = 1000 }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  config.shared_context_metadata_behavior = :apply_to_host_groups
  config.filter_run_when_matching :focus unless ENV['CI']
end
