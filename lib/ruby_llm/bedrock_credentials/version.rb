# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # The version of the gem; Cargo.toml carries the same.
    VERSION = '0.1.0'
  end
end
