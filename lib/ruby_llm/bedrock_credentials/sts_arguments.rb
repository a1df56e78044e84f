# frozen_string_literal: true

require 'json'

module RubyLLM
  module BedrockCredentials
    # What STS takes, checked by its own rules, so that a wrong argument is told where it was
    # written and not by a request in production. No message repeats the value.
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    # @api private
    module STSArguments
      # A path may have more than a name: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
      ROLE = %r{\Aarn:aws[\w-]*:iam::\d{12}:role/(?:[!-~]+/)?[\w+=,.@-]{1,64}\z}
      POLICY = %r{\Aarn:aws[\w-]*:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]+\z}
      NAME = /\A[\w+=,.@-]*\z/
      EXTERNAL_ID = %r{\A[\w+=,.@:/-]*\z}
      REGION = /\A[a-z0-9-]+\z/
      TAG = %r{\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z}
      POLICY_TEXT = /\A[\t\n\r\u0020-\u00FF]*\z/
      # With the policies' ARNs; AWS packs them and has a further limit of its own.
      POLICY_CHARACTERS = 2048
      DURATION = (900..43_200)
      MOST_TAGS = 50
      MOST_POLICIES = 10
      private_constant :ROLE, :POLICY, :NAME, :EXTERNAL_ID, :REGION, :TAG, :POLICY_TEXT, :POLICY_CHARACTERS, :DURATION,
                       :MOST_TAGS, :MOST_POLICIES

      class << self
        # @return [String]
        # @raise [ArgumentError]
        def role_arn(arn)
          matching(:role_arn, arn, ROLE, 20..2048, 'the ARN of a role, such as arn:aws:iam::123456789012:role/name')
        end

        # @param argument [Symbol] role_session_name or source_identity, which have the same rule
        # @return [String]
        # @raise [ArgumentError]
        def name(argument, name)
          matching(argument, name, NAME, 2..64, 'of letters, digits and _+=,.@-')
        end

        # @return [String, nil]
        # @raise [ArgumentError]
        def external_id(id)
          id && matching(:external_id, id, EXTERNAL_ID, 2..1224, 'of letters, digits and _+=,.@:/-')
        end

        # @return [String, nil]
        # @raise [ArgumentError]
        def region(region)
          region && matching(:region, region, REGION, 1..63, 'the code of an AWS region, such as us-west-2')
        end

        # @return [Integer, nil] seconds. That a role which assumes another has an hour at most, and each
        #   role a limit of its own, is left to AWS
        # @raise [ArgumentError]
        def duration_seconds(seconds)
          return if seconds.nil?
          return seconds.to_i if seconds.is_a?(Integer) && DURATION.cover?(seconds.to_i)

          wrong(:duration_seconds, "must be an Integer from #{DURATION.min} to #{DURATION.max}")
        end

        # @param policy [String, Hash, nil] Hash for its JSON
        # @return [String, nil]
        # @raise [ArgumentError]
        def policy(policy)
          return if policy.nil?

          json = policy.is_a?(Hash) ? JSON.generate(policy) : policy
          matching(:policy, json, POLICY_TEXT, 1..POLICY_CHARACTERS, 'an IAM policy, as JSON or as a Hash')
          return json if JSON.parse(json).is_a?(Hash)

          wrong(:policy, 'must be a JSON object')
        rescue JSON::ParserError, JSON::GeneratorError
          wrong(:policy, 'is not valid JSON')
        end

        # @param arns [Array<Hash, String>, nil] each `{ arn: '…' }`, as in aws-sdk-ruby, or the ARN
        # @return [Array<String>, nil]
        # @raise [ArgumentError]
        def policy_arns(arns)
          list(:policy_arns, arns, MOST_POLICIES)&.map do |arn|
            arn = hash(:policy_arns, arn, %i[arn]).fetch(:arn) if arn.is_a?(Hash)
            matching('each of policy_arns', arn, POLICY, 20..2048, 'the ARN of a managed policy')
          end
        end

        # @param tags [Hash, Array<Hash>, nil] by key, or each `{ key: '…', value: '…' }` as in aws-sdk-ruby
        # @return [Array<Array(String, String)>, nil]
        # @raise [ArgumentError]
        def tags(tags)
          tags = tags.to_a if tags.is_a?(Hash)
          pairs = list(:tags, tags, MOST_TAGS)&.map { |tag| pair(tag) }
          return pairs if pairs.nil? || pairs.uniq { |key, _| key.downcase }.size == pairs.size

          wrong(:tags, 'has a key twice; their case does not count')
        end

        # @return [Array<String>, nil]
        # @raise [ArgumentError]
        def transitive_tag_keys(keys)
          list(:transitive_tag_keys, keys, MOST_TAGS)&.map { |key| tag('each of transitive_tag_keys', key, 1..128) }
        end

        # @return [String] that is not blank
        # @raise [ArgumentError]
        def present(argument, text)
          matching(argument, text, /\A[^\0]*[^\0\s][^\0]*\z/, 1..4096, 'that is not blank')
        end

        private

        def pair(tag)
          key, value = tag.is_a?(Hash) ? hash(:tags, tag, %i[key value]).values_at(:key, :value) : tag
          [tag('each key of tags', key, 1..128), tag('each value of tags', value, 0..256)]
        end

        def tag(argument, text, length)
          text = text.name if text.is_a?(Symbol)
          matching(argument, text, TAG, length, 'of letters, digits, blanks and _.:/=+-@')
        end

        def list(argument, list, most)
          return if list.nil?
          return list if list.is_a?(Array) && list.size <= most

          wrong(argument, "must be an Array of #{most} at most")
        end

        # Written with names or with strings.
        def hash(argument, hash, keys)
          hash = hash.transform_keys { |key| key.respond_to?(:to_sym) ? key.to_sym : key }
          return hash if hash.keys.sort_by(&:inspect) == keys

          wrong(argument, "has an element without, or with more than, #{keys.join(' and ')}")
        end

        def matching(argument, text, pattern, length, description)
          wrong(argument, "must be a String, not #{text.nil? ? 'nil' : text.class}") unless text.is_a?(String)
          utf8 = utf8(argument, text)
          return utf8 if length.cover?(utf8.length) && pattern.match?(utf8)

          wrong(argument, "must be #{length.min} to #{length.max} characters, #{description}")
        end

        def utf8(argument, text)
          utf8 = text.encoding == Encoding::BINARY ? text.dup.force_encoding('UTF-8') : text.encode('UTF-8')
          utf8.valid_encoding? ? utf8 : wrong(argument, 'is not valid UTF-8')
        rescue EncodingError
          wrong(argument, 'is not valid UTF-8')
        end

        def wrong(argument, reason)
          raise ArgumentError, "#{argument} #{reason}"
        end
      end
    end
  end
end
