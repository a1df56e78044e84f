# frozen_string_literal: true

# By its command: the roots of bin/compat have no RuboCop to require.
desc 'Run RuboCop'
task(:lint) { sh 'rubocop', verbose: false }

namespace :lint do
  desc 'Check the GitHub workflows with actionlint'
  task(:workflows) { sh 'bin/lint-workflows', verbose: false }
end

desc "Check the crates' licences, sources and duplicates"
task(:deny) { sh 'bin/deny', verbose: false }
