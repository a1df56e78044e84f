# frozen_string_literal: true

require 'tmpdir'

# An empty file that tells when it is read: a named pipe, whose writer waits for a reader.
class Tripwire
  attr_reader :path

  def initialize
    @folder = Dir.mktmpdir('tripwire')
    @path = File.join(@folder, 'file')
    File.mkfifo(path)
    @trips = 0
    @thread = Thread.new { loop { serve } }
  end

  # @return [Integer] how often it was read
  attr_reader :trips

  def stop
    @thread.kill.join
    FileUtils.remove_entry(@folder)
  end

  private

  def serve
    File.open(path, 'w') { @trips += 1 }
    # Until the reader has seen the end, opening once more would not wait.
    sleep(0.02)
  end
end
