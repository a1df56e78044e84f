# frozen_string_literal: true

require 'json'

# Requests that RubyLLM's own signer gets wrong: run with this gem, and by PlainRubyLLM without it.
module SigningScenarios
  MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0'

  module_function

  def listing(base, keys)
    bedrock(base, keys).send(:signed_get, base, '/foundation-models')
  end

  def base_with_a_path(base, keys)
    bedrock(base, keys).send(:signed_get, "#{base}/gw", 'foundation-models')
  end

  {
    asterisk: 'nextToken=a*b', plus: 'nextToken=a%2Bb', tilde: 'nextToken=a%7Eb', space: 'nextToken=a+b',
    semicolon: 'nextToken=a;b', duplicate_keys: 'filter=b&filter=a', unsorted_keys: 'z=1&a=2'
  }.each do |name, query|
    define_method(name) { |base, keys| bedrock(base, keys).send(:signed_get, base, "/foundation-models?#{query}") }
  end

  def asterisk_in_a_path(base, keys)
    context(base, keys).chat(model: 'custom*model', provider: :bedrock, assume_model_exists: true).ask('Hello?')
  end

  def own_amz_header(base, keys)
    chat(base, keys).with_headers('X-Amz-Meta-Tenant' => 'acme').ask('Hello?')
  end

  def own_host_header(base, keys)
    chat(base, keys).with_headers('Host' => 'gateway.example').ask('Hello?')
  end

  def own_authorization_header(base, keys)
    chat(base, keys).with_headers('Authorization' => 'Bearer abc').ask('Hello?')
  end

  def chat(base, keys)
    context(base, keys).chat(model: MODEL, provider: :bedrock, assume_model_exists: true)
  end

  def bedrock(base, keys)
    RubyLLM::Providers::Bedrock.new(context(base, keys).config)
  end

  def context(base, keys)
    RubyLLM.context do |config|
      config.bedrock_region = 'us-west-2'
      config.bedrock_api_base = base
      config.max_retries = 0
      keys.each { |name, value| config.public_send("#{name}=", value) }
    end
  end
end

if $PROGRAM_NAME == __FILE__
  require 'ruby_llm'
  scenario, base, keys = JSON.parse($stdin.read)
  begin
    SigningScenarios.public_send(scenario, base, keys)
    puts 'done'
  rescue StandardError => e
    puts "#{e.class}: #{e.message}"
  end
end
