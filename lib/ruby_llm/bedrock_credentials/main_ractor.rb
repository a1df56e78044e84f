# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # The native library belongs to the main Ractor, as RubyLLM's configuration does: Ruby calls none
    # of its methods from another one, and says no more than that a method is unsafe.
    # @api private
    module MainRactor
      MESSAGE = '%s works in the main Ractor alone, as RubyLLM does. Call it there; a set of ' \
                'RubyLLM::BedrockCredentials::Credentials and the Hash of a signature may be sent to others'
      private_constant :MESSAGE

      # @param method [String] as a reader knows it
      # @return [Ractor::UnsafeError]
      def self.error(method)
        Ractor::UnsafeError.new(format(MESSAGE, method))
      end

      # Prepended to the singleton class of the native providers.
      module Building
        private

        def build(...)
          super
        rescue Ractor::UnsafeError
          raise MainRactor.error("#{self}.new"), cause: nil
        end
      end
    end
  end
end
