# frozen_string_literal: true

require 'json'
require 'open3'
require 'rbconfig'
require 'timeout'

# RubyLLM without this gem, in a process of its own: what its own signer does with a scenario.
class PlainRubyLLM
  # @param scenario [Symbol] a method of SigningScenarios
  # @param proxy [String, nil] where its requests go instead of to the host they name
  # @return [String] what the scenario said at its end: for a failure, that failure
  def self.run(scenario, base, keys, proxy: nil)
    environment = { 'http_proxy' => proxy, 'RUBYOPT' => nil }
    arguments = JSON.generate([scenario, base, keys])
    output, = Timeout.timeout(30) do
      Open3.capture2e(environment, RbConfig.ruby, File.join(__dir__, 'signing_scenarios.rb'), stdin_data: arguments)
    end
    output
  end
end
