# frozen_string_literal: true

require 'json'

class AwsStandIn
  # What can be made to go wrong, and for how many calls. Thread-safe.
  #
  # :slow (seconds:)        the right answer, late
  # :hang                   accepted and never answered
  # :cut                    half of the announced body, then the connection closes
  # :throttle, :deny        as that service says it
  # :server_error (status:) 500 unless told otherwise
  # :html                   a proxy's or captive portal's page, with status 200
  # :truncated              the first half of the right body, announced as if it were whole
  # :missing (field:)       the right body without this field or header; the secret access key unless told otherwise
  # :expired                the right answer, but over since a minute ago
  # :repeat                 the set of the time before, as real metadata services do until theirs is renewed
  class Faults
    KINDS = %i[slow hang cut throttle deny server_error html truncated missing expired repeat].freeze
    SERVICES = %i[imds container sso oidc signin sts process].freeze
    PAGE = '<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>…</body></html>'

    # One kind of trouble, for as many calls as are left.
    class Fault
      attr_reader :kind

      def initialize(kind, times, options)
        @kind = kind
        @times = times
        @options = options
      end

      # @return [Boolean] whether it still applies; asking uses one time up
      def use?
        return false if @times&.zero?

        @times -= 1 if @times
        true
      end

      # @param answer [Proc] gives the right Response
      def apply(service, operation, answer)
        case kind
        when :slow, :hang, :cut then disturb(answer)
        when :throttle then service.throttled(operation)
        when :deny then service.denied(operation)
        when :server_error then service.failed(operation, @options.fetch(:status, 500))
        else lie(answer)
        end
      end

      private

      def disturb(answer)
        case kind
        when :slow then HttpServer::Late.new(answer.call, @options.fetch(:seconds))
        when :hang then HttpServer::Absent.new
        when :cut then HttpServer::Cut.new(answer.call)
        end
      end

      def lie(answer)
        case kind
        when :html then HttpServer::Response.new(headers: { 'Content-Type' => 'text/html' }, body: PAGE)
        when :truncated then truncate(answer.call)
        when :missing then without(answer.call, @options.fetch(:field, 'SecretAccessKey'))
        when :expired then answer.call(lifetime: -60)
        when :repeat then answer.call(repeat: true)
        end
      end

      def without(response, field)
        headers = response.headers.reject { |name, _| name.casecmp?(field) }
        body = if response.body.start_with?('{')
                 JSON.generate(prune(JSON.parse(response.body), field))
               else
                 response.body.gsub(%r{<(#{Regexp.escape(field)})>.*?</\1>}mi, '')
               end
        HttpServer::Response.new(status: response.status, headers: headers, body: body)
      end

      def truncate(response)
        HttpServer::Response.new(status: response.status, headers: response.headers,
                                 body: response.body[0, response.body.size / 2])
      end

      def prune(value, field)
        return value unless value.is_a?(Hash)

        value.reject { |name, _| name.casecmp?(field) }.transform_values { |child| prune(child, field) }
      end
    end

    def initialize
      @faults = {}
      @mutex = Mutex.new
    end

    def set(operation, kind, times:, **options)
      raise ArgumentError, "no fault #{kind.inspect}; there are #{KINDS.join(', ')}" unless KINDS.include?(kind)

      @mutex.synchronize { @faults[operation] = Fault.new(kind, times, options) }
    end

    def clear(operation) = @mutex.synchronize { operation ? @faults.delete(operation) : @faults.clear }

    # The most exact one first: the operation, its service, everything.
    def take(operation)
      service = operation.to_s.split('_').first.to_sym
      @mutex.synchronize { @faults.values_at(operation, service, :all).compact.find(&:use?) }
    end
  end
end
