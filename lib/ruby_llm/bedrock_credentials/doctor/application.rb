# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    module Doctor
      # What is examined: an application's configuration, or that of one with the default chain and nothing else.
      # @api private
      class Application
        # @return [RubyLLM::Configuration]
        attr_reader :config

        # @param options [Options]
        # @raise [Options::Invalid] where its file cannot be loaded
        def initialize(options)
          @options = options
          load_file(options.require) if options.require
          @config = loaded? ? RubyLLM.config : chain_alone
        end

        # @return [Boolean] whether an application was loaded
        def loaded?
          !@options.require.nil?
        end

        # @return [Symbol] the option that decides what signs, or :nothing
        def signs_with
          return :profile if @options.profile
          return :bedrock_credentials_provider if config.bedrock_credentials_provider
          return :bedrock_use_aws_credentials_provider if config.bedrock_use_aws_credentials_provider
          return :bedrock_credential_provider if native
          return :bedrock_api_key if static_keys?

          :nothing
        end

        # @return [#credentials, nil] nil where the default chain is
        def provider
          case signs_with
          when :bedrock_credentials_provider, :bedrock_credential_provider, :bedrock_api_key
            Configuration.provider(config)
          end
        end

        # @return [String, nil] what its provider is called; nil where the default chain is asked
        def provider_name
          signs_with == :bedrock_api_key ? 'bedrock_api_key' : provider&.class&.to_s
        end

        # @return [Object, nil] RubyLLM 2's own option as it was set; its reader gives ours first
        def native
          config.instance_variable_get(:@bedrock_credential_provider)
        end

        # @return [Boolean]
        def static_keys?
          !!(config.bedrock_api_key && config.bedrock_secret_key)
        end

        # @return [Region, nil] nil where the environment or the profile may name one
        def region
          return Region.new(name: @options.region, from: '--region') if @options.region
          return unless config.bedrock_region

          Region.new(name: config.bedrock_region.to_s, from: 'bedrock_region')
        end

        private

        def chain_alone
          RubyLLM::Configuration.new.tap { |config| config.bedrock_use_aws_credentials_provider = true }
        end

        # A path as `require` takes it, or a library's name.
        def load_file(file)
          path = File.expand_path(file)
          Kernel.require([path, "#{path}.rb"].any? { |candidate| File.file?(candidate) } ? path : file)
        rescue ScriptError, StandardError, SystemExit => e
          raise Options::Invalid, "cannot load #{file}: #{reason(e)}"
        end

        # The first line alone: below it Ruby quotes the line of a syntax error, in which a secret may stand.
        def reason(error)
          return 'it ended the process' if error.is_a?(SystemExit)

          "#{error.class}: #{error.message.to_s.scrub.lines.first.to_s.strip[0, 300]}"
        end
      end
    end
  end
end
