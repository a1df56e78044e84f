# frozen_string_literal: true

require_relative 'http_server'
require_relative 'bedrock_stand_in/account'
require_relative 'aws_stand_in/faults'
require_relative 'aws_stand_in/grant'
require_relative 'aws_stand_in/journal'
require_relative 'aws_stand_in/link_local'
require_relative 'aws_stand_in/service'
require_relative 'aws_stand_in/instance_metadata'
require_relative 'aws_stand_in/container_credentials'
require_relative 'aws_stand_in/sso_portal'
require_relative 'aws_stand_in/sso_oidc'
require_relative 'aws_stand_in/sign_in'
require_relative 'aws_stand_in/security_token_service'
require_relative 'aws_stand_in/credential_process'
require_relative 'aws_stand_in/environments'

# Every place AWS credentials can come from, on loopback sockets, as strict as the real ones: what they refuse is
# refused here. Every set it hands out is issued by `account`, so that a BedrockStandIn with the same account accepts
# it until it expires by their clock.
#
#   stand_in = AwsStandIn.new(lifetime: 3600)
#   system(stand_in.environment(:imds), RbConfig.ruby, '-e', '…')
#   stand_in.fault(:imds_credentials, :throttle, times: 1)
#   stand_in.calls(:imds_credentials)   # => 2
#   stand_in.stop
class AwsStandIn
  # Why the service turns a request away, and what it says; raised so that a check reads as one line.
  class Refused < StandardError
    attr_reader :response

    def initialize(message, response)
      @response = response
      super(message)
    end
  end

  attr_reader :account, :region, :journal, :imds, :container, :sso, :oidc, :signin, :sts, :process
  # Seconds that a set issued from now on lives.
  attr_accessor :lifetime

  # @param account [BedrockStandIn::Account] issues the sets, and brings the clock
  # @param region [String] where STS, SSO and the instance are
  # @param tls [OpenSSL::SSL::SSLContext, nil] serves HTTPS with this context
  def initialize(account: BedrockStandIn::Account.new, region: 'us-west-2', lifetime: 3600, tls: nil)
    @account = account
    @region = region
    @lifetime = lifetime
    @tls = tls
    @journal = Journal.new
    @faults = Faults.new
    @bugs = Queue.new
    @last_set = {}
    @mutex = Mutex.new
    @servers = {}
    @services = [
      @imds = InstanceMetadata.new(self), @container = ContainerCredentials.new(self), @sso = SsoPortal.new(self),
      @oidc = SsoOidc.new(self), @signin = SignIn.new(self), @sts = SecurityTokenService.new(self),
      @process = CredentialProcess.new(self)
    ]
    @environments = Environments.new(self)
    server
  end

  def now = account.clock.now

  # @param host an address that this machine has, for instance '::1'
  # @param port 0 for any that is free
  def url(host = '127.0.0.1', port: 0) = server(host, port: port).url

  # @return [HttpServer] the one on this address, started when first asked for
  def server(host = '127.0.0.1', port: 0)
    @mutex.synchronize do
      @servers[host] ||= HttpServer.new(host: host, port: port, tls: @tls, clock: account.clock) do |request|
        handle(request)
      end
    end
  end

  # Makes `operation` (or all of a service, or :all) misbehave, `times` times or until #heal. See Faults for kinds.
  def fault(operation, kind, times: nil, **options)
    known = [*operations, *Faults::SERVICES, :all]
    raise ArgumentError, "no operation #{operation.inspect}, only #{known.join(', ')}" unless known.include?(operation)

    @faults.set(operation, kind, times: times, **options)
  end

  # @param operation as given to #fault; nil for all that was
  def heal(operation = nil) = @faults.clear(operation)

  def operations = @services.flat_map(&:operations)

  # @return [Integer] how often the operation was called, whatever came of it
  def calls(operation) = journal.count(operation)

  # @return [Hash] for a child process whose credentials come from `source`, see Environments::SOURCES
  def environment(source, **options) = @environments.for(source, **options)

  # As a service that restarts: connections are cut, and refused until the block has returned.
  def away
    @mutex.synchronize { @servers.values }.each(&:stop)
    yield
  ensure
    @mutex.synchronize { @servers.transform_values!(&:again) }
  end

  # @raise what the stand-in itself raised while it answered: a bug here must not pass for a fault of the service
  def stop
    @mutex.synchronize { @servers.values }.each(&:stop)
    @environments.remove
    raise @bugs.pop unless @bugs.empty?
  end

  private

  def handle(request)
    service = @services.find { |candidate| candidate.operation(request) }
    entry = journal.record(service ? service.operation(request) : :unknown, request)
    return HttpServer::Response.new(status: 404, body: "no such endpoint\n") unless service

    fault = @faults.take(entry.operation)
    entry.fault = fault&.kind
    answer = ->(**twist) { answer(service, entry, **twist) }
    fault ? fault.apply(service, entry.operation, answer) : answer.call
  rescue StandardError => e
    @bugs << e
    HttpServer::Response.new(status: 500, body: "the stand-in failed: #{e.class}: #{e.message}\n")
  end

  def answer(service, entry, lifetime: nil, repeat: false)
    grant = Grant.new(lifetime) { issue(entry.operation, lifetime || self.lifetime, repeat) }
    service.answer(entry.operation, entry.request, grant)
  rescue Refused => e
    entry.refusal = e.message
    e.response
  end

  def issue(operation, lifetime, repeat)
    @mutex.synchronize do
      @last_set.delete(operation) unless repeat
      @last_set[operation] ||= account.issue(lifetime: lifetime)
    end
  end
end
