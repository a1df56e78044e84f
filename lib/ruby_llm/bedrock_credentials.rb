# frozen_string_literal: true

require 'ruby_llm'
require_relative 'bedrock_credentials/version'
require_relative 'bedrock_credentials/errors'
require_relative 'bedrock_credentials/undumpable'
require_relative 'bedrock_credentials/request'
require_relative 'bedrock_credentials/credentials'
require_relative 'bedrock_credentials/native'
require_relative 'bedrock_credentials/main_ractor'
require_relative 'bedrock_credentials/signing'
require_relative 'bedrock_credentials/credentials_provider'
require_relative 'bedrock_credentials/sts_arguments'
require_relative 'bedrock_credentials/default_credentials_chain'
require_relative 'bedrock_credentials/profile'
require_relative 'bedrock_credentials/web_identity'
require_relative 'bedrock_credentials/process_credentials'
require_relative 'bedrock_credentials/assume_role'
require_relative 'bedrock_credentials/notifications'
require_relative 'bedrock_credentials/configuration'
require_relative 'bedrock_credentials/endpoints'
require_relative 'bedrock_credentials/wire'
require_relative 'bedrock_credentials/payload'
require_relative 'bedrock_credentials/filtering'
require_relative 'bedrock_credentials/building'
require_relative 'bedrock_credentials/bearer_token'
require_relative 'bedrock_credentials/clock_skew'
require_relative 'bedrock_credentials/refused_stream'
require_relative 'bedrock_credentials/rejection'
require_relative 'bedrock_credentials/recovery'
require_relative 'bedrock_credentials/pending_signature'
require_relative 'bedrock_credentials/signing_middleware'
require_relative 'bedrock_credentials/bedrock'
require_relative 'bedrock_credentials/installation'

module RubyLLM
  # Signs RubyLLM's Amazon Bedrock requests with AWS credentials that are fresh and belong together.
  #
  # Requiring this file installs the options and the signing; nothing is resolved, read or sent
  # before the first request.
  #
  #   RubyLLM.configure do |config|
  #     config.bedrock_region = 'us-west-2'
  #     config.bedrock_credentials_provider = Aws::CredentialProviderChain.new.resolve
  #   end
  module BedrockCredentials
    extend Signing

    Installation.run
  end
end
