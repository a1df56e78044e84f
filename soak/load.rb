# frozen_string_literal: true

require 'net/http'
require 'sidekiq'
require 'sidekiq/api'
require_relative 'asking'

module Soak
  # What asks Puma and gives Sidekiq its jobs. The reactor needs no one.
  class Load
    BROWSERS = 5
    PAUSES = (0.2..0.8)
    # Seconds between two jobs, and how many may wait.
    JOBS = (0.05..0.25)
    QUEUE = 10
    # A request that Puma was given and did not take, or did not answer: when, and what the browser saw.
    Unanswered = Struct.new(:id, :from, :to, :error)

    attr_reader :unanswered

    def initialize(port:, redis_port:)
      @port = port
      Sidekiq.default_configuration.logger.level = Logger::WARN
      @unanswered = Queue.new
      Sidekiq.configure_client { |config| config.redis = { url: "redis://127.0.0.1:#{redis_port}/0" } }
    end

    def start
      @threads = Array.new(BROWSERS) { |number| Thread.new { browse(number) } } << Thread.new { push }
    end

    def stop
      @stopping = true
      @threads.each(&:join)
    end

    private

    def browse(browser)
      number = 0
      until @stopping
        ask("puma-#{browser}-#{number += 1}")
        sleep(rand(PAUSES))
      end
    end

    def ask(id)
      from = Time.now.to_f
      response = Net::HTTP.start('127.0.0.1', @port, open_timeout: 60, read_timeout: 60) do |http|
        http.get("/#{id}/#{Asking::KINDS.sample}")
      end
      raise "status #{response.code}" unless response.is_a?(Net::HTTPOK)
    rescue StandardError => e
      @unanswered << Unanswered.new(id, from, Time.now.to_f, "#{e.class}: #{e.message}")
    end

    def push
      number = 0
      until @stopping
        sleep(rand(JOBS))
        next if Sidekiq::Queue.new.size >= QUEUE

        job = ["sidekiq-0-#{number += 1}", Asking::KINDS.sample.to_s]
        Sidekiq::Client.push('class' => 'Soak::Job', 'retry' => false, 'args' => job)
      end
    end
  end
end
