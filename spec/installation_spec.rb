# frozen_string_literal: true

require 'English'
require_relative 'support/child'

RSpec.describe RubyLLM::BedrockCredentials::Installation do
  it "is not misled by a constant of the application's" do
    script = "module Transport; end\nrequire 'ruby_llm/bedrock_credentials'"
    output = IO.popen([RbConfig.ruby, "-I#{Child::LIBRARY}", '-e', script, { err: %i[child out] }], &:read)
    expect([output, $CHILD_STATUS&.success?]).to eq(['', true])
  end
end
