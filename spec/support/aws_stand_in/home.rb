# frozen_string_literal: true

require 'digest'
require 'fileutils'
require 'json'
require 'tmpdir'

class AwsStandIn
  # A home directory with what AWS's command line leaves in it.
  class Home
    attr_reader :path

    def initialize
      @path = Dir.mktmpdir('aws-home')
    end

    def config(text) = write('.aws/config', text)

    def credentials(text) = write('.aws/credentials', text)

    # @param name [String] the session's name, or the start URL of a legacy profile
    def sso_token(name, token) = write(".aws/sso/cache/#{Digest::SHA1.hexdigest(name)}.json", JSON.generate(token))

    # @param session [String] the ARN that `login_session` names
    def login_token(session, token)
      write(".aws/login/cache/#{Digest::SHA256.hexdigest(session)}.json", JSON.generate(token))
    end

    def file(name) = File.join(path, name)

    def write(name, text)
      FileUtils.mkdir_p(File.dirname(file(name)))
      File.write(file(name), text, perm: 0o600)
      file(name)
    end

    def remove = FileUtils.rm_rf(path)
  end
end
