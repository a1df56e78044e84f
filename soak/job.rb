# frozen_string_literal: true

require 'sidekiq'
require_relative 'asking'

module Soak
  # Loaded by sidekiq --require.
  class Job
    include Sidekiq::Job

    sidekiq_options retry: false

    def perform(id, kind) = Asking.request(id, kind)
  end
end

Soak::Asking.configure
