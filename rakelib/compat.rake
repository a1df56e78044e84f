# frozen_string_literal: true

desc 'Run the integration specs on every RubyLLM and Ruby that can be had, on a Debian machine'
task(:compat) { sh 'bin/compat', verbose: false }
