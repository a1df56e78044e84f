# frozen_string_literal: true

require_relative 'refusal'

class BedrockStandIn
  # The Authorization header, taken apart; the complaints are AWS's, word for word.
  class Authorization
    FIELDS = %w[Credential Signature SignedHeaders].freeze

    attr_reader :access_key_id, :date, :region, :service, :terminator, :signed_headers, :signature

    # @raise [Refusal]
    def initialize(header)
      raise Refusal.missing_token if header.nil? || header.empty?

      algorithm, rest = header.split(' ', 2)
      incomplete("Unsupported AWS 'algorithm': '#{algorithm}'.") unless algorithm == 'AWS4-HMAC-SHA256'

      fields = parse(rest.to_s)
      @access_key_id, @date, @region, @service, @terminator = scope(fields['Credential'])
      @signed_headers = fields['SignedHeaders'].split(';')
      @signature = fields['Signature']
    end

    private

    def parse(text)
      fields = text.split(/,\s*/).to_h do |pair|
        name, equals, value = pair.partition('=')
        incomplete("'#{name}' not a valid key=value pair (missing equal-sign) in the header.") if equals.empty?
        [name, value]
      end
      missing = FIELDS.select { |name| fields[name].to_s.empty? }
      incomplete(missing.map { |name| "Authorization header requires '#{name}' parameter." }.join(' ')) if missing.any?
      fields
    end

    def scope(credential)
      parts = credential.split('/', -1)
      return parts if parts.size == 5 && parts.none?(&:empty?)

      incomplete('Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got ' \
                 "'#{credential}'")
    end

    def incomplete(message)
      raise Refusal.incomplete_signature(message)
    end
  end
end
