# frozen_string_literal: true

module Soak
  # What the processes take, read once a second.
  class Memory
    # Seconds until a process has loaded and allocated what it needs.
    WARM = 15
    Sample = Struct.new(:at, :pss, :rss)

    # @param processes [Proc] gives { name => pids }
    # @param warm [Numeric] seconds of a process that are left out
    def initialize(processes, warm: WARM)
      @processes = processes
      @warm = warm
      @samples = Hash.new { |names, name| names[name] = Hash.new { |images, image| images[image] = [] } }
    end

    def start
      @thread = Thread.new do
        loop do
          sample
          sleep(1)
        end
      end
    end

    def stop
      @thread.kill.join
      sample
    end

    # Reads each process once.
    def sample
      @processes.call.each do |name, pids|
        pids.each do |pid|
          reading = read(pid)
          @samples[name][image_of(pid)] << reading
        rescue SystemCallError
          nil # has ended
        end
      end
    end

    # @return [Array<Hash>] for each name: MB at the start and at the end, averaged over its processes, and the most
    #   that one of them grew by once it is warm
    def rows
      @samples.map do |name, processes|
        series = processes.values.map { |samples| warm(samples) }.reject(&:empty?)
        { name:, processes: processes.size, start: mean(series.map(&:first)), end: mean(series.map(&:last)),
          grown: most(series, :rss).round(1), watched: most(series, :at).round }
      end
    end

    private

    def warm(samples) = samples.select { |sample| sample.at >= samples.first.at + @warm }

    def most(series, field) = series.map { |samples| samples.last[field] - samples.first[field] }.max.to_f

    def mean(samples)
      return if samples.empty?

      %i[pss rss].to_h { |field| [field, (samples.sum(&field) / samples.size).round(1)] }
    end

    # A process may become another: Puma's master restarts by exec and keeps its pid, but is small again until it has
    # loaded. The addresses that the kernel told a program at exec are others then.
    def image_of(pid) = [pid, File.binread("/proc/#{pid}/auxv")]

    def read(pid)
      sizes = File.read("/proc/#{pid}/smaps_rollup").scan(/^(Pss|Rss): +(\d+) kB/).to_h
      Sample.new(now, *sizes.values_at('Pss', 'Rss').map { |kilobytes| kilobytes.to_i / 1024.0 })
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
