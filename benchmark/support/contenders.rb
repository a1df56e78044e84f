# frozen_string_literal: true

require 'aws-sigv4'
require 'faraday'
require 'openssl'
require 'open3'
require 'ruby_llm/bedrock_credentials'

# Everyone signs the same request with the same credentials, as they would in an application.
module Contenders
  HOST = 'https://bedrock-runtime.us-west-2.amazonaws.com'
  PATH = '/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse'
  KEYS = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
           session_token: 'IQoJb3JpZ2luX2Vj'.ljust(800, 'aB3/') }.freeze

  # As Faraday's env has them when a request leaves.
  URL = URI(HOST + PATH)
  HEADERS = Faraday::Utils::Headers.new('User-Agent' => 'Faraday v2.15.0', 'Content-Type' => 'application/json')

  # This gem, called as PendingSignature calls it for each of RubyLLM's requests.
  class Ours
    def initialize
      @provider = RubyLLM::BedrockCredentials::Credentials.new(**KEYS)
    end

    def sign(body)
      time = RubyLLM::BedrockCredentials::ClockSkew.time(URL)
      RubyLLM::BedrockCredentials.sign_attributes(@provider, 'POST', URL, HEADERS, body, 'us-west-2', 'bedrock', time)
    end
  end

  # This gem, called as an application calls it: with a Request, made for the one signature.
  class OursByRequest < Ours
    def sign(body)
      request = RubyLLM::BedrockCredentials::Request.new(
        http_method: 'POST', url: URL, headers: HEADERS, body: body, region: 'us-west-2', service: 'bedrock'
      )
      RubyLLM::BedrockCredentials.sign(request, @provider)
    end
  end

  # RubyLLM's own method, past the one that this gem puts before it.
  class OfRubyLLM
    def initialize
      config = RubyLLM::Configuration.new
      config.bedrock_region = 'us-west-2'
      config.bedrock_api_key, config.bedrock_secret_key, config.bedrock_session_token = KEYS.values
      @provider = RubyLLM::Providers::Bedrock.new(config)
      @sign_headers = RubyLLM::Providers::Bedrock::Auth.instance_method(:sign_headers).bind(@provider)
    end

    def sign(body)
      @sign_headers.call('POST', PATH, body, base_url: HOST)
    end
  end

  # The signer is built once, as in a client of the AWS SDK.
  class AwsSigv4
    HEADERS = { 'content-type' => 'application/json' }.freeze

    def initialize
      @signer = Aws::Sigv4::Signer.new(service: 'bedrock', region: 'us-west-2', **KEYS)
    end

    def sign(body)
      @signer.sign_request(http_method: 'POST', url: URL, headers: HEADERS, body: body).headers
    end
  end

  # The work that no signer gets around.
  class Sha256
    def sign(body)
      OpenSSL::Digest.digest('SHA256', body)
    end
  end

  # ext/core/examples/bare_signer.rs, in a process of its own.
  class BareCrate
    def initialize
      @stdin, @stdout, = Open3.popen2(ENV.fetch('BARE_SIGNER'))
      @stdin.puts(KEYS[:session_token])
    end

    def seconds(body, times)
      @stdin.puts("#{body.bytesize} #{times}")
      @stdout.gets.to_i / 1e9
    end
  end
end
