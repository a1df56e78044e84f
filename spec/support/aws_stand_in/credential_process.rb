# frozen_string_literal: true

require 'rbconfig'
require 'shellwords'

class AwsStandIn
  # What a `credential_process` gets its answer from, so that it too can be counted and can fail: any other answer
  # than 200 goes to the process's stderr, and its exit status is then 1.
  # https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
  class CredentialProcess < Service
    PATH = '/credential-process'
    # net/http takes a tenth of a second to load, a socket does not.
    SCRIPT = <<~'RUBY'
      require 'socket'
      TCPSocket.open(ARGV[0], ARGV[1]) do |socket|
        socket.write("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % [ARGV[2], ARGV[0]])
        head, body = socket.read.split("\r\n\r\n", 2)
        ok = head.to_s.start_with?('HTTP/1.1 200 ')
        (ok ? $stdout : $stderr).write(body)
        exit(ok)
      end
    RUBY

    def operations = %i[process_credentials]

    def operation(request) = request.path == PATH ? :process_credentials : nil

    # @param directory where the script is written to
    # @return [String] the value of `credential_process`
    def command(directory)
      script = File.join(directory, 'credential_process.rb')
      File.write(script, SCRIPT)
      server = stand_in.server
      [RbConfig.ruby, '--disable-gems', script, server.host, server.port.to_s, PATH].shelljoin
    end

    def answer(_operation, _request, grant)
      set = grant.credentials
      respond({ Version: 1, AccessKeyId: set.access_key_id, SecretAccessKey: set.secret_access_key,
                SessionToken: set.session_token, Expiration: set.expiration.utc.iso8601,
                AccountId: ACCOUNT_ID })
    end

    def throttled(_operation) = respond('Rate exceeded', status: 429)

    def denied(_operation) = respond('Access denied: log in first', status: 403)

    def failed(_operation, status) = respond('Internal failure', status: status)
  end
end
