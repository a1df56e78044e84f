# frozen_string_literal: true

module Soak
  # What the processes take, read once a second.
  class Memory
    # Seconds until a process has loaded and allocated what it needs.
    WARM = 15
    Sample = Struct.new(:at, :pss, :rss)

    # @param processes [Proc] gives { name => pids }
    def initialize(processes)
      @processes = processes
      @samples = Hash.new { |names, name| names[name] = Hash.new { |pids, pid| pids[pid] = [] } }
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

    def sample
      @processes.call.each do |name, pids|
        pids.each { |pid| (reading = read(pid)) && (@samples[name][pid] << reading) }
      end
    end

    def warm(samples) = samples.select { |sample| sample.at >= samples.first.at + WARM }

    def most(series, field) = series.map { |samples| samples.last[field] - samples.first[field] }.max.to_f

    def mean(samples)
      return if samples.empty?

      %i[pss rss].to_h { |field| [field, (samples.sum(&field) / samples.size).round(1)] }
    end

    def read(pid)
      sizes = File.read("/proc/#{pid}/smaps_rollup").scan(/^(Pss|Rss): +(\d+) kB/).to_h
      Sample.new(now, *sizes.values_at('Pss', 'Rss').map { |kilobytes| kilobytes.to_i / 1024.0 })
    rescue SystemCallError
      nil
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
