# frozen_string_literal: true

require 'ruby_llm/bedrock_credentials'
