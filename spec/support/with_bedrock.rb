# frozen_string_literal: true

require_relative 'bedrock_stand_in'
require_relative 'rotating_credentials'

# RubyLLM and the stand-in, over real sockets.
RSpec.shared_context 'with Bedrock' do
  let(:model) { 'anthropic.claude-3-5-haiku-20241022-v1:0' }
  let(:stand_in_options) { {} }
  # As AWS's documentation has it, and stricter than AWS: the gem signs every Content-Type that is sent.
  let(:stand_in) { BedrockStandIn.new(signed_content_type: true, **stand_in_options) }
  let(:credentials_provider) { RotatingCredentials.new(account: stand_in.account, lifetime: 900, every_call: true) }
  let(:context) { context_with(bedrock_credentials_provider: credentials_provider) }

  after { stand_in.stop }

  # @return [RubyLLM::Context] that reaches the stand-in, with no AWS credentials but those given
  def context_with(**options)
    RubyLLM.context do |config|
      config.bedrock_region = stand_in.region
      config.bedrock_api_base = stand_in.url
      config.bedrock_mantle_api_base = stand_in.url if config.respond_to?(:bedrock_mantle_api_base=)
      # A refused request is shown at once, a retried one does not wait.
      config.retry_interval = 0
      options.each { |name, value| config.public_send("#{name}=", value) }
    end
  end

  def static_keys(set)
    { bedrock_api_key: set.access_key_id, bedrock_secret_key: set.secret_access_key,
      bedrock_session_token: set.session_token }
  end

  def chat(context = self.context)
    context.chat(model: model, provider: :bedrock, assume_model_exists: true)
  end

  def bedrock(context = self.context)
    RubyLLM::Providers::Bedrock.new(context.config)
  end

  # @return [Boolean] whether this RubyLLM's Bedrock provider has the method, of any visibility
  def self.bedrock?(name)
    RubyLLM::Providers::Bedrock.method_defined?(name) || RubyLLM::Providers::Bedrock.private_method_defined?(name)
  end
end
