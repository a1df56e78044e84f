# frozen_string_literal: true

require 'json'
require 'objspace'
require 'pp'
require 'yaml'

# Everywhere a program may come to show an object, and whether a secret is there then.
module Canaries
  WAYS = {
    inspect: :inspect.to_proc, to_s: :to_s.to_proc, pp: :pretty_inspect.to_proc,
    interpolation: ->(object) { "#{object} #{[object]} #{{ key: object }}" },
    marshal: ->(object) { Marshal.dump(object) },
    json: ->(object) { JSON.generate([object]) }, to_json: :to_json.to_proc,
    yaml: ->(object) { YAML.dump(object) },
    object_space: ->(object) { ObjectSpace.dump(object) }
  }.freeze

  EXCEPTION_WAYS = {
    message: :message.to_proc, full_message: ->(error) { error.full_message(highlight: false) },
    detailed_message: ->(error) { error.respond_to?(:detailed_message) ? error.detailed_message : '' },
    backtrace: ->(error) { Array(error.backtrace).join("\n") },
    response: ->(error) { error.respond_to?(:response) ? error.response.inspect : '' }
  }.freeze

  class << self
    # @return [Array<Symbol>] the ways in which the object shows one of the secrets
    def shown_by(object, secrets)
      ways(object).select do |_, way|
        shown = way.call(object).to_s
        secrets.any? { |secret| shown.include?(secret) }
      rescue TypeError, JSON::GeneratorError
        false # refuses, or cannot be written
      end.keys
    end

    # @return [Array<Exception>] with its causes
    def chain(error)
      error ? [error, *chain(error.cause)] : []
    end

    # Where these are taken out of what is shown, they are still in.
    FILTERS = %w[filtering.rb:hide filtering.rb:remove filtering.rb:secret_in filtering.rb:answer filtering.rb:text
                 filtering.rb:changed filtering.rb:refusal bedrock.rb:parse_error refused_stream.rb:whole
                 refused_stream.rb:complete?].freeze

    # What a debugger or an error reporter that keeps local variables would see of this gem's own
    # frames while the block runs.
    #
    # @return [Array<String>] "file:line name", where a variable shows a secret
    def in_locals(directory, secrets, &)
      seen = {}
      TracePoint.new(:line, :return, :raise) do |point|
        place = "#{File.basename(point.path)}:#{point.method_id}"
        next if !point.path.start_with?(directory) || FILTERS.include?(place)

        point.binding.local_variables.each do |name|
          shown = point.binding.local_variable_get(name).inspect
          seen["#{place} #{name}"] = true if secrets.any? { |secret| shown.include?(secret) }
        end
      end.enable(&)
      seen.keys
    end

    private

    def ways(object)
      object.is_a?(Exception) ? WAYS.merge(EXCEPTION_WAYS) : WAYS
    end
  end
end
