# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Whether a request is being built that SigningMiddleware will see.
    # @api private
    module Building
      # Thread#[] is local to the fiber: another fiber's request is not this one's.
      KEY = :ruby_llm_bedrock_credentials_building
      private_constant :KEY

      class << self
        # A request asks for its signature once; what runs after that is not the building of it.
        # @return [true, nil] whether one was being built until now
        def take
          building = Thread.current[KEY]
          Thread.current[KEY] = nil
          building
        end

        # Marks the block as the building of a request.
        def request
          before = Thread.current[KEY]
          Thread.current[KEY] = true
          yield
        ensure
          Thread.current[KEY] = before
        end

        # @return [Module] to prepend: marks each call of these methods
        def around(*names)
          Module.new do
            names.each do |name|
              define_method(name) { |*args, **options, &block| Building.request { super(*args, **options, &block) } }
            end
          end
        end
      end
    end
  end
end
