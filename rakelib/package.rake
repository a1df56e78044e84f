# frozen_string_literal: true

require 'rubygems/package_task'

# `rake gem` packs the source gem, `rake native gem` the platform gem beside it.
Gem::PackageTask.new(GEMSPEC).define

namespace :package do
  desc 'Install both gems in a clean Debian and chat from them'
  task(:verify) { sh 'bin/verify-packages', verbose: false }
end
