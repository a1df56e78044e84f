# frozen_string_literal: true

require 'rake/clean'
require 'rb_sys/extensiontask'

# A platform gem is built in the release profile and from lib/. Development compiles in the dev
# profile; below bin/debian into a directory of the suite's own, which RUBYLIB names:
# a library built against one suite is never loaded in another.
packaging = Rake.application.top_level_tasks.any? { |name| name.match?(/\A(native|gem)\b/) }
build_dir = ENV.fetch('BEDROCK_BUILD_DIR', nil) unless packaging
lib_dir = 'lib/ruby_llm/bedrock_credentials'
ENV['RB_SYS_CARGO_PROFILE'] ||= packaging ? 'release' : 'dev'

# The library's folder in a platform gem: one for each Ruby version. For several at once,
# rake-compiler appends it by itself.
cross_rubies = ENV.fetch('RUBY_CC_VERSION', RUBY_VERSION).split(':')
ruby_folder = "/#{cross_rubies.first[/\A\d+\.\d+/]}" if packaging && cross_rubies.one?

RbSys::ExtensionTask.new('ruby_llm_bedrock_credentials', GEMSPEC) do |task|
  task.tmp_dir = build_dir || 'tmp'
  task.lib_dir = build_dir ? "#{build_dir}/#{lib_dir}" : "#{lib_dir}#{ruby_folder}"
  # The task itself looks no further than the binding's own crate.
  task.source_pattern = '../core/src/**/*.rs'
end

# Beside what plain cargo builds: rb-sys is compiled anew whenever the one follows the other,
# since only here it is told Ruby's configuration in RBCONFIG_*.
ENV['RB_SYS_CARGO_TARGET_DIR'] ||= "#{ENV.fetch('CARGO_TARGET_DIR')}/extension" if ENV['BEDROCK_BUILD_DIR']

# -Ilib would find the library of another Ruby or profile there before RUBYLIB's.
forget_libraries = proc { rm_f Dir["#{lib_dir}/{*/,}*.{so,bundle}"], verbose: false }

if build_dir
  task(:compile, &forget_libraries)

  # Two at once would copy what the other is writing.
  ENV['MAKE'] ||= "flock #{build_dir}/.lock make"
end

# The gem is made from a copy.
task(:native, &forget_libraries)

CLOBBER.include("#{lib_dir}/{*/,}*.{so,bundle}")
