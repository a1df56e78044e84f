# frozen_string_literal: true

require 'openssl'
require 'socket'

# A certificate authority that no system knows, and a server's certificate by it.
class PrivateAuthority
  NAMES = 'DNS:*.us-west-2.amazonaws.com, DNS:*.sso.us-west-2.amazonaws.com, DNS:*.signin.aws.amazon.com, ' \
          'DNS:localhost, IP:127.0.0.1'

  attr_reader :certificate

  def initialize
    @key = OpenSSL::PKey::EC.generate('prime256v1')
    @certificate = issue('/CN=Spec authority', @key, authority: true)
  end

  def to_pem = certificate.to_pem

  # @return [OpenSSL::SSL::SSLContext] for AwsStandIn
  def context
    key = OpenSSL::PKey::EC.generate('prime256v1')
    server = issue('/CN=spec', key, issuer: certificate)
    OpenSSL::SSL::SSLContext.new.tap { |context| context.add_certificate(server, key) }
  end

  private

  def issue(subject, key, issuer: nil, authority: false)
    OpenSSL::X509::Certificate.new.tap do |certificate|
      certificate.version = 2
      certificate.serial = OpenSSL::BN.rand(64)
      certificate.subject = OpenSSL::X509::Name.parse(subject)
      certificate.issuer = (issuer || certificate).subject
      certificate.public_key = key
      certificate.not_before = Time.now - 3600
      certificate.not_after = Time.now + 3600
      add_extensions(certificate, issuer || certificate, authority)
      certificate.sign(@key, 'SHA256')
    end
  end

  def add_extensions(certificate, issuer, authority)
    factory = OpenSSL::X509::ExtensionFactory.new(issuer, certificate)
    certificate.add_extension(factory.create_extension('basicConstraints', "CA:#{authority.to_s.upcase}", true))
    certificate.add_extension(factory.create_extension('keyUsage', 'keyCertSign', true)) if authority
    certificate.add_extension(factory.create_extension('subjectAltName', NAMES)) unless authority
  end
end
