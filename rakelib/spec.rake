# frozen_string_literal: true

require 'rspec/core/rake_task'

RSpec::Core::RakeTask.new(spec: :compile)
