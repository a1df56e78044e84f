# frozen_string_literal: true

require 'open3'
require 'rbconfig'

RSpec.describe RubyLLM::BedrockCredentials, '.sign, its specs once more' do
  specs = %w[sign sign_bad_input sign_bad_provider sign_body sign_uri].map { |name| "#{__dir__}/#{name}_spec.rb" }

  it 'pass while Ruby collects at every allocation' do
    run = 'exit RSpec::Core::Runner.run(ARGV)'
    output, status = Open3.capture2e(RbConfig.ruby, "-I#{__dir__}", '-rrspec/core', '-e', run, '--',
                                     '--require', 'support/gc_stress', *specs)
    expect(status).to be_success, output
    expect(output).to match(/[1-9]\d\d examples, 0 failures/)
  end
end
