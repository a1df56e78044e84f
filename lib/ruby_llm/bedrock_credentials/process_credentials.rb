# frozen_string_literal: true

module RubyLLM
  module BedrockCredentials
    # A program that prints credentials as JSON, as the `credential_process` of a profile does. Run
    # again ahead of the expiration that it tells; once, if it tells none.
    # https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
    class ProcessCredentials < CredentialsProvider
      # @param process [Array<String>, String] a program and its arguments, run without a shell; or a
      #   line for `sh -c`, which must hold nothing that anyone else may choose. Neither is ever shown
      # @return [ProcessCredentials]
      # @raise [ArgumentError]
      def self.new(process)
        build(:process, arguments(process), nil)
      end

      def self.arguments(process)
        return { line: STSArguments.present(:process, process) } if process.is_a?(String)
        unless process.is_a?(Array) && !process.empty? && process.all?(String)
          raise ArgumentError, 'process must be an Array of Strings, the program first, or a String for the shell'
        end
        raise ArgumentError, 'process has a NUL in one of its Strings' if process.any? { |word| word.b.include?("\0") }

        STSArguments.present('the first of process', process.first)
        { words: process }
      end
      private_class_method :arguments
    end
  end
end
