# frozen_string_literal: true

require 'mkmf'
require 'rb_sys/mkmf'

create_rust_makefile('ruby_llm/bedrock_credentials/ruby_llm_bedrock_credentials')
