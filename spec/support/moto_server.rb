# frozen_string_literal: true

require 'aws-sigv4'
require 'json'
require 'net/http'
require 'socket'
require 'tempfile'

# moto (https://github.com/getmoto/moto) on a loopback port: an AWS that no one here wrote. With `auth: true` it has
# botocore verify the signature of every request, and its IAM decide whether it is allowed.
#
# It finds the service in the scope of the Authorization header, so that its URL serves as the endpoint of every one.
# Two things it does not do: botocore believes the x-amz-content-sha256 header where there is one, so that a changed
# body goes unnoticed; and nothing ever expires. The Bedrock stand-in checks both.
# AssumeRoleWithWebIdentity is not signed, which moto does not expect while it verifies: see #without_auth.
class MotoServer
  class Unavailable < StandardError; end

  HOST = '127.0.0.1'
  REGION = 'us-west-2'
  # Seconds. It takes one or two to start, several on a busy machine.
  PATIENCE = 60
  User = Struct.new(:access_key_id, :secret_access_key, :session_token, keyword_init: true) do
    def credentials = self

    def set? = true
  end

  # For a before hook: without moto the spec is skipped, and says so; in CI that is a failure.
  #
  # @raise [Unavailable] in CI
  def self.require!(example_group)
    return if installed?

    reason = 'moto_server is not installed (Debian: python3-moto python3-flask python3-flask-cors; PyPI: moto[server])'
    raise Unavailable, reason if ENV['CI']

    warn "SKIPPED: #{reason}"
    example_group.skip(reason)
  end

  def self.installed?
    ENV['PATH'].split(File::PATH_SEPARATOR).any? { |directory| File.executable?(File.join(directory, 'moto_server')) }
  end

  attr_reader :port

  # @param auth [Boolean] whether it is to verify signatures and permissions
  def initialize(auth: false)
    raise Unavailable, 'moto_server is not installed' unless self.class.installed?

    @port = TCPServer.open(HOST, 0) { |server| server.addr[1] }
    @log = Tempfile.new('moto')
    @pid = Process.spawn('moto_server', '-H', HOST, '-p', port.to_s, out: @log, err: @log)
    @owner = Process.pid
    at_exit { stop }
    wait_until_ready
    self.auth = auth
  end

  def url = "http://#{HOST}:#{port}"

  # For a child process, or Environments.apply.
  def environment
    { 'AWS_ENDPOINT_URL' => url, 'AWS_ENDPOINT_URL_STS' => url, 'AWS_REGION' => REGION }
  end

  def auth=(verify)
    @auth = verify
    # The number of requests still to be let through unverified.
    post('/moto-api/reset-auth', verify ? '0' : 'inf', 'Content-Type' => 'text/plain')
  end

  def without_auth
    before = @auth
    self.auth = false
    yield
  ensure
    self.auth = before
  end

  # @return [Boolean] whether it knows Bedrock's InvokeModel: 5.2 does (Debian sid), 5.1 does not (forky)
  def invokes_models?
    json = { 'Content-Type' => 'application/json', 'Accept' => 'application/json' }
    without_auth { send_signed('bedrock', '/model/any/invoke', '{}', json) }.is_a?(Net::HTTPSuccess)
  end

  # @param actions [Array<String>] what the user may do
  # @return [User] with an access key of its own
  def create_user(name = 'bedrock', actions: %w[bedrock:InvokeModel sts:AssumeRole])
    without_auth do
      iam('CreateUser', 'UserName' => name)
      iam('PutUserPolicy', 'UserName' => name, 'PolicyName' => 'bedrock', 'PolicyDocument' => policy(actions))
      xml = iam('CreateAccessKey', 'UserName' => name)
      User.new(access_key_id: xml[%r{<AccessKeyId>(.*?)</}, 1], secret_access_key: xml[%r{<SecretAccessKey>(.*?)</}, 1])
    end
  end

  # @return [String] the ARN of a role that everyone in the account may assume
  def create_role(name = 'bedrock-role', actions: %w[bedrock:InvokeModel])
    trust = policy(%w[sts:AssumeRole], 'Principal' => { 'AWS' => '*' })
    without_auth do
      arn = iam('CreateRole', 'RoleName' => name, 'AssumeRolePolicyDocument' => trust)[%r{<Arn>(.*?)</}, 1]
      iam('PutRolePolicy', 'RoleName' => name, 'PolicyName' => 'bedrock', 'PolicyDocument' => policy(actions))
      arn
    end
  end

  def stop
    return unless @pid && Process.pid == @owner

    Process.kill('TERM', @pid)
    Process.wait(@pid)
    @pid = nil
    @log.close!
  rescue Errno::ESRCH, Errno::ECHILD
    @pid = nil
  end

  private

  def wait_until_ready
    deadline = now + PATIENCE
    begin
      TCPSocket.open(HOST, port).close
    rescue Errno::ECONNREFUSED
      raise Unavailable, "moto_server ended: #{output}" if Process.wait(@pid, Process::WNOHANG)
      raise Unavailable, "moto_server is not ready after #{PATIENCE} s: #{output}" if now > deadline

      # There is nothing to wait on: it tells no one that it listens.
      sleep(0.05)
      retry
    end
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def output = File.read(@log.path)

  def policy(actions, resource = { 'Resource' => '*' })
    statement = { 'Effect' => 'Allow', 'Action' => actions }.merge(resource)
    JSON.generate('Version' => '2012-10-17', 'Statement' => [statement])
  end

  def iam(action, parameters)
    body = URI.encode_www_form({ 'Action' => action, 'Version' => '2010-05-08' }.merge(parameters))
    body_of(send_signed('iam', '/', body, 'Content-Type' => 'application/x-www-form-urlencoded'))
  end

  # The signature only says which service is meant: this happens while nothing is verified.
  def send_signed(service, path, body, headers)
    signer = Aws::Sigv4::Signer.new(service: service, region: 'us-east-1', access_key_id: 'AKIAADMIN',
                                    secret_access_key: 'admin')
    signature = signer.sign_request(http_method: 'POST', url: url + path, headers: headers, body: body)
    Net::HTTP.post(URI(url + path), body, headers.merge(signature.headers))
  end

  def post(path, body, headers) = body_of(Net::HTTP.post(URI(url + path), body, headers))

  def body_of(response)
    raise "moto: #{response.code} #{response.body}" unless response.is_a?(Net::HTTPSuccess)

    response.body
  end
end
