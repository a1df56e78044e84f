# frozen_string_literal: true

require 'cgi'
require 'json'
require_relative 'refusal'
require_relative 'response'
require_relative 'operations/tool_use'
require_relative 'operations/runtime'
require_relative 'operations/invoke_model'
require_relative 'operations/control'
require_relative 'operations/jobs'
require_relative 'operations/mantle'

class BedrockStandIn
  # Which operation a path is, and what it answers. An operation is a method of the modules included here; it takes the
  # request and the decoded captures of its path, and returns a Hash for JSON or a Response.
  class Operations
    include ToolUse
    include Runtime
    include InvokeModel
    include Control
    include Jobs
    include Mantle

    # RubyLLM 1.x leaves the slashes of an ARN as they are, hence `.+` for a model id.
    ROUTES = [
      [:converse, 'POST', %r{\A/model/(.+)/converse\z}],
      [:converse_stream, 'POST', %r{\A/model/(.+)/converse-stream\z}],
      [:count_tokens, 'POST', %r{\A/model/(.+)/count-tokens\z}],
      [:invoke_model, 'POST', %r{\A/model/(.+)/invoke\z}],
      [:apply_guardrail, 'POST', %r{\A/guardrail/([^/]+)/version/([^/]+)/apply\z}],
      [:rerank, 'POST', %r{\A/rerank\z}],
      [:list_foundation_models, 'GET', %r{\A/foundation-models\z}],
      [:list_inference_profiles, 'GET', %r{\A/inference-profiles\z}],
      [:create_model_invocation_job, 'POST', %r{\A/model-invocation-job\z}],
      [:get_model_invocation_job, 'GET', %r{\A/model-invocation-job/([^/]+)\z}],
      [:stop_model_invocation_job, 'POST', %r{\A/model-invocation-job/([^/]+)/stop\z}],
      [:start_async_invoke, 'POST', %r{\A/async-invoke\z}],
      [:get_async_invoke, 'GET', %r{\A/async-invoke/([^/]+)\z}],
      [:mantle_models, 'GET', %r{\A/v1/models\z}],
      [:mantle_chat_completions, 'POST', %r{\A/v1/chat/completions\z}],
      [:mantle_responses, 'POST', %r{\A/v1/responses\z}],
      [:mantle_messages, 'POST', %r{\A(?:/anthropic)?/v1/messages\z}],
      [:mantle_count_tokens, 'POST', %r{\A(?:/anthropic)?/v1/messages/count_tokens\z}]
    ].freeze

    # What the model says.
    attr_accessor :reply

    # Seconds between the pieces of a stream.
    attr_accessor :stream_interval

    # The tool that the model calls, see ToolUse.
    attr_accessor :tool_call

    def initialize
      @reply = 'Hello from the stand-in.'
      @stream_interval = 0
      @overrides = {}
      @jobs = {}
      @mutex = Mutex.new
    end

    # @yieldparam request [Request]
    # @yieldreturn [Hash, Response]
    def override(operation, &answer)
      raise ArgumentError, "unknown operation #{operation.inspect}" unless ROUTES.any? { |name,| name == operation }

      @mutex.synchronize { @overrides[operation] = answer }
    end

    # @param path [String] without the prefix of a gateway
    def answer(request, path)
      operation, captures = route(request.http_method, path)
      check_body(request)
      override = @mutex.synchronize { @overrides[operation] }
      answer = override ? override.call(request) : public_send(operation, request, *captures)
      answer.is_a?(Response) ? answer : Response.json(answer)
    end

    private

    def route(http_method, path)
      ROUTES.each do |operation, verb, pattern|
        match = pattern.match(path) if verb == http_method
        return operation, match.captures.map { |capture| CGI.unescape(capture) } if match
      end
      raise Refusal.unknown_operation
    end

    def check_body(request)
      return if request.http_method == 'GET'

      unless request['content-type'].to_s.start_with?('application/json')
        raise Refusal.new('UnsupportedMediaTypeException', 'application/json is required', status: 415)
      end
      raise Refusal.validation('The request body is not a JSON object.') unless request.json.is_a?(Hash)
    rescue JSON::ParserError
      raise Refusal.new('SerializationException', 'The request body is not JSON.', status: 400)
    end

    def required(request, *names)
      body = request.json
      missing = names.reject { |name| body[name] && body[name] != [] }
      return body if missing.empty?

      raise Refusal.validation("#{missing.size} validation errors detected: #{missing.join(', ')} must not be null")
    end

    # The reply in the pieces a model would send it: words, each with its space.
    def pieces
      reply.scan(/\S+\s*/)
    end

    def arn(kind, id)
      "arn:aws:bedrock:us-west-2:123456789012:#{kind}/#{id}"
    end

    def tokens
      { input: 12, output: pieces.size }
    end
  end
end
