# frozen_string_literal: true

file = 'LICENSE-THIRD-PARTY'

desc "Collect the licences of the library's crates in #{file}"
task :licenses do
  require_relative '../packaging/licenses'
  File.write(file, Licenses.new.text)
end

namespace :licenses do
  desc "Check that #{file} is that of Cargo.lock"
  task :check do
    require_relative '../packaging/licenses'
    abort "#{file} is out of date: run rake licenses" unless File.read(file) == Licenses.new.text
  end
end
