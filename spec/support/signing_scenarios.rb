# frozen_string_literal: true

require 'json'
require 'uri'

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

  # From RubyLLM 2's own provider, as it takes a blank option for none.
  def blank_token(base, keys)
    set = Struct.new(:access_key_id, :secret_access_key, :session_token) { def credentials = self }
                .new(*keys.transform_keys(&:to_sym).values_at(:bedrock_api_key, :bedrock_secret_key), '')
    native = RubyLLM::Configuration.method_defined?(:bedrock_credential_provider)
    options = native ? { bedrock_credential_provider: set } : keys.merge(bedrock_session_token: '')
    chat(base, options).ask('Hello?')
  end

  def chatting(base, keys)
    chat(base, keys).ask('Hello?')
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

  # @return [Integer] how often the body of a chat was serialized
  def counted_body(base, keys, &)
    serialized = 0
    counted = Class.new { define_method(:to_json) { |*arguments| (serialized += 1) && 'yes'.to_json(*arguments) } }
    conversation = chat(base, keys)
    options = conversation.respond_to?(:with_params) ? :with_params : :with_provider_options
    conversation.public_send(options, additionalModelRequestFields: { counted: counted.new }).ask('Hello?', &)
    serialized
  end

  def counted_stream(base, keys)
    counted_body(base, keys) { nil }
  end

  # What a retry waits for passes by the clock alone.
  def retried(base, keys)
    waited = 0
    Faraday::Retry::Middleware.prepend(Module.new { define_method(:sleep) { |seconds| waited += seconds } })
    Time.singleton_class.prepend(Module.new { define_method(:now) { |**zone| super(**zone) + waited } })
    retrying = context(base, keys) { |config| config.max_retries = config.retry_interval = 2 }
    retrying.chat(model: MODEL, provider: :bedrock, assume_model_exists: true).ask('Hello?')
  end

  # @return [Array<String>]
  def hosts_in_china(_base, keys)
    provider = bedrock(nil, keys) { |config| config.bedrock_region = 'cn-north-1' }
    %i[api_base models_api_base].map { |name| URI(provider.send(name)).host }
  end

  def chat(base, keys)
    context(base, keys).chat(model: MODEL, provider: :bedrock, assume_model_exists: true)
  end

  def bedrock(base, keys, &)
    RubyLLM::Providers::Bedrock.new(context(base, keys, &).config)
  end

  def context(base, keys)
    RubyLLM.context do |config|
      config.bedrock_region = 'us-west-2'
      config.bedrock_api_base = base
      config.max_retries = 0
      config.retry_interval = 0
      keys.each { |name, value| config.public_send("#{name}=", value) }
      yield config if block_given?
    end
  end
end

if $PROGRAM_NAME == __FILE__
  require 'ruby_llm'
  abort 'this process was to run without the gem' if defined?(RubyLLM::BedrockCredentials)
  scenario, base, keys = JSON.parse($stdin.read)
  begin
    answer = SigningScenarios.public_send(scenario, base, keys)
    puts(answer.is_a?(Integer) || answer.is_a?(Array) ? answer : 'done')
  rescue StandardError => e
    puts "#{e.class}: #{e.message}"
  end
end
