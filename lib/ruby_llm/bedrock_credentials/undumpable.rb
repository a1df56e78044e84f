# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # Included where secrets are held: what is dumped is read by others.
    # @api private
    module Undumpable
      # @raise [TypeError] always
      def marshal_dump
        raise TypeError, "#{self.class} holds secrets and is not dumped"
      end

      # @raise [TypeError] always
      def encode_with(_coder)
        marshal_dump
      end
    end
  end
end
