# frozen_string_literal: true

require 'mkmf'
require 'rb_sys/mkmf'

create_rust_makefile('ruby_llm/bedrock_credentials/ruby_llm_bedrock_credentials') do |builder|
  # What was tested, and what the licences were collected from.
  builder.extra_cargo_args = %w[--locked]
end
