# frozen_string_literal: true

require 'json'
require 'open3'
require 'rbconfig'
require 'timeout'

# RubyLLM without this gem, in a process of its own: what its own signer does with a scenario.
class PlainRubyLLM
  # What loads this gem into every Ruby; Bundler's option has to stay, it finds RubyLLM.
  LOADING_THE_GEM = %r{\A-rruby_llm[-/]bedrock_credentials\z}

  # @param scenario [Symbol] a method of SigningScenarios
  # @param proxy [String, nil] where its requests go instead of to the host they name
  # @return [String] what the scenario said at its end: for a failure, that failure
  def self.run(scenario, base, keys, proxy: nil)
    options = ENV.fetch('RUBYOPT', '').split.grep_v(LOADING_THE_GEM).join(' ')
    arguments = JSON.generate([scenario, base, keys])
    output, = Timeout.timeout(30) do
      Open3.capture2e({ 'http_proxy' => proxy, 'RUBYOPT' => options }, RbConfig.ruby,
                      File.join(__dir__, 'signing_scenarios.rb'), stdin_data: arguments)
    end
    output
  end
end
