# frozen_string_literal: true

require 'rake/clean'
require 'rb_sys/extensiontask'

# A gem is built in the release profile and from lib/. Development compiles in the dev
# profile; below bin/debian into a directory of the suite's own, which RUBYLIB names:
# a library built against one suite is never loaded in another.
packaging = Rake.application.top_level_tasks.any? { |name| name.match?(/\A(native|gem|build|release)\b/) }
build_dir = ENV.fetch('BEDROCK_BUILD_DIR', nil) unless packaging
lib_dir = 'lib/ruby_llm/bedrock_credentials'
ENV['RB_SYS_CARGO_PROFILE'] ||= packaging ? 'release' : 'dev'

RbSys::ExtensionTask.new('ruby_llm_bedrock_credentials', GEMSPEC) do |task|
  task.tmp_dir = build_dir || 'tmp'
  task.lib_dir = build_dir ? "#{build_dir}/#{lib_dir}" : lib_dir
  # The task itself looks no further than the binding's own crate.
  task.source_pattern = '../core/src/**/*.rs'
end

if build_dir
  # -Ilib would find the library of another Ruby there before RUBYLIB's.
  task(:compile) { rm_f Dir["#{lib_dir}/*.{so,bundle}"], verbose: false }

  # Beside what plain cargo builds: rb-sys is compiled anew whenever the one follows the other,
  # since only here it is told Ruby's configuration in RBCONFIG_*.
  ENV['RB_SYS_CARGO_TARGET_DIR'] ||= "#{ENV.fetch('CARGO_TARGET_DIR')}/extension"
  # Two at once would copy what the other is writing.
  ENV['MAKE'] ||= "flock #{build_dir}/.lock make"
end

CLOBBER.include(lib_dir.pathmap('%p/*.{so,bundle}'))
