# frozen_string_literal: true

class AwsStandIn
  # A token that a container finds in a file, and that is replaced there every now and then, as the kubelet does.
  class TokenFile
    attr_reader :token

    def initialize(&generate)
      @generate = generate
      @paths = []
      rotate
    end

    # From now on there is only a new token, in every file written so far.
    def rotate
      @token = @generate.call
      @paths.each { |path| write(path) }
    end

    # @return [String] path
    def write(path)
      @paths |= [path]
      # Renamed into place, so that no reader ever sees half of it; without a line end, which AWS's Rust SDK refuses.
      File.write("#{path}.new", token)
      File.rename("#{path}.new", path)
      path
    end
  end
end
