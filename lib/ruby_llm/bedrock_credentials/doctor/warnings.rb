# frozen_string_literal: true

require_relative 'instance_metadata'

module RubyLLM
  module BedrockCredentials
    module Doctor
      # What works, but perhaps not as meant, or will not work; and what to do about it.
      # @api private
      class Warnings
        # Seconds. AWS refuses a signature five minutes off; a clock that drifts gets there.
        CLOCK_TOLERANCE = 60
        OPTIONS = { bedrock_credentials_provider: 'config.bedrock_credentials_provider',
                    bedrock_use_aws_credentials_provider: 'config.bedrock_use_aws_credentials_provider',
                    bedrock_credential_provider: 'config.bedrock_credential_provider',
                    bedrock_api_key: 'config.bedrock_api_key' }.freeze
        CHAIN = 'config.bedrock_use_aws_credentials_provider = true'
        private_constant :CLOCK_TOLERANCE, :OPTIONS, :CHAIN

        # @param report [Report] but for its warnings
        # @param application [Application]
        # @param asked [Chain, GivenProvider]
        def initialize(report, application, asked)
          @report = report
          @application = application
          @asked = asked
        end

        # @return [Array<Warning>] the gravest first
        def all
          [nothing_signs, region, hop_limit, clock, profile, token, listing, *shadowed, options, api_key].compact
        end

        private

        def nothing_signs
          return unless @report.signs_with == :nothing

          set, missing = half_of_the_keys
          if set
            warn(:nothing_signs, "The application has set #{set} without #{missing}.", "Set #{missing}, or #{CHAIN}.")
          else
            warn(:nothing_signs, 'The application has not set what signs its Bedrock requests.', "Set #{CHAIN}.")
          end
        end

        # @return [Array(String, String), nil] what is set, and what is not
        def half_of_the_keys
          keys = %w[bedrock_api_key bedrock_secret_key]
          set, missing = keys.partition { |name| @application.config.public_send(name) }
          ["config.#{set.first}", "config.#{missing.first}"] if set.one?
        end

        def region
          return if @report.region

          if @application.loaded?
            warn(:no_region, 'The application has not set config.bedrock_region; RubyLLM reads no AWS_REGION.',
                 "Set config.bedrock_region = ENV['AWS_REGION'], or the region's name.")
          else
            warn(:no_region, 'No region is set.',
                 'Set config.bedrock_region in the application; here AWS_REGION or --region do.')
          end
        end

        def hop_limit
          return unless InstanceMetadata.hop_limit?(@report.sources)

          warn(:metadata_hop_limit,
               'Instance metadata answers a GET, and not the PUT for its token, as it does to a container where its ' \
               'hop limit is 1.',
               'Set HttpPutResponseHopLimit to 2: aws ec2 modify-instance-metadata-options.')
        end

        def clock
          offset = @report.verification&.clock_offset
          return unless offset && offset.abs > CLOCK_TOLERANCE

          there = offset.positive? ? 'behind' : 'ahead of'
          warn(:clock_off, "This machine's clock is #{Units.duration(offset.abs)} #{there} AWS's.",
               'Synchronize it (chrony, systemd-timesyncd); AWS refuses signatures 5 min off.')
        end

        def profile
          missing = @report.sources.find { |source| source.detail.to_s.match?(/\Aprofile .* is neither in /) }
          return unless missing

          warn(:profile_not_found, "#{missing.name} does not exist.",
               'aws configure list-profiles shows those that do; the case of letters counts.')
        end

        def token
          return unless @asked.temporary_without_token?

          warn(:no_session_token, 'The access key is a temporary one (ASIA) without its session token; AWS will ' \
                                  'refuse it.', 'Set AWS_SESSION_TOKEN, or aws_session_token, along with the keys.')
        end

        def listing
          return unless @report.listing_denied?

          warn(:may_not_list_models, "AWS lets these credentials list no models: #{@report.verification.message}",
               'Chats need no more than bedrock:InvokeModel; allow bedrock:ListFoundationModels to list.')
        end

        def shadowed
          @report.sources.select { |source| source.outcome == :shadowed }.map do |source|
            if [@report.found&.source, source.name] == %w[Environment WebIdentityToken]
              next warn(:static_keys_shadow_web_identity,
                        'The keys in the environment are used, and the role of AWS_ROLE_ARN (IRSA) is not.',
                        'Unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to use the role.')
            end

            warn(:source_shadowed, "#{source.name} is set up, too (#{source.detail}), and not used: " \
                                   "#{@report.found&.source} comes first.", 'Unset the one that is not meant.')
          end
        end

        # What is set beside the option that decides.
        def options
          return unless @application.loaded? && OPTIONS.key?(@report.signs_with)

          unused = OPTIONS.keys.select { |name| set?(name) } - [@report.signs_with]
          return if unused.empty?

          code = unused.include?(:bedrock_use_aws_credentials_provider) ? :both_options_set : :option_unused
          warn(code, "#{OPTIONS[@report.signs_with]} signs. Set as well, and not used: " \
                     "#{OPTIONS.values_at(*unused).join(', ')}.", 'Keep the one that is meant.')
        end

        def set?(name)
          case name
          when :bedrock_credential_provider then @application.native
          when :bedrock_api_key then @application.static_keys?
          else @application.config.public_send(name)
          end
        end

        def api_key
          return unless @report.api_key

          warn(:api_key, "#{BearerToken::VARIABLE} is set: Bedrock gets this API key in the place of a signature.",
               'Unset it to sign with credentials.')
        end

        def warn(code, message, action)
          Warning.new(code: code, message: message, action: action)
        end
      end
    end
  end
end
