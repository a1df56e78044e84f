# frozen_string_literal: true

require 'cgi'
require_relative 'refusal'

class BedrockStandIn
  # The query string, from the wire to what is signed.
  #
  # AWS's own signers disagree on a query that is not in canonical encoding: the Rust one reads a `+` as a space and
  # signs `%20`, the Ruby one and botocore sign the bytes as they stand, and the documentation forbids it. A client is
  # safe only if what it sends reads the same to all of them, so anything else is a signature mismatch here.
  # `lenient: true` reads it as S3 is known to: decoded, `+` as a space, then encoded anew.
  module WireQuery
    module_function

    def canonical(query, lenient: false)
      encoded = query.split('&').map { |pair| pair.split('=', 2).map { |part| encode(part) }.join('=') }.join('&')
      raise Refusal.signature_mismatch unless lenient || encoded == query

      encoded
    end

    # CGI.escape leaves the unreserved characters of RFC 3986 alone, but writes a space as `+`.
    def encode(part)
      CGI.escape(CGI.unescape(part)).gsub('+', '%20')
    end
  end
end
