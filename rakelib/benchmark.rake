# frozen_string_literal: true

# The release library and the bare signer, in a directory of their own: `rake compile` leaves the
# library of the dev profile, whose times say nothing.
release_dir = File.expand_path("#{ENV.fetch('BEDROCK_BUILD_DIR', 'tmp')}/release")
release_environment = {
  'BEDROCK_BUILD_DIR' => release_dir, 'RB_SYS_CARGO_PROFILE' => 'release',
  'CARGO_TARGET_DIR' => ENV.fetch('CARGO_TARGET_DIR', "#{release_dir}/target")
}

namespace :benchmark do
  task :compile do
    mkdir_p release_dir, verbose: false
    sh release_environment, 'rake', 'compile', verbose: false
  end

  task :bare_signer do
    sh release_environment, 'cargo', 'build', '--quiet', '--release', '--package', 'bedrock_credentials_core',
       '--example', 'bare_signer', verbose: false
  end

  run = lambda do |name, *arguments|
    sh({ 'BARE_SIGNER' => "#{release_environment['CARGO_TARGET_DIR']}/release/examples/bare_signer" },
       RbConfig.ruby, "-I#{release_dir}/lib", '-Ilib', '-Ibenchmark/support', "benchmark/#{name}.rb", *arguments,
       verbose: false)
  end

  desc 'Compare the time of a signature with other signers'
  task(signing: %i[compile bare_signer]) { run.call('signing') }

  desc 'Measure what a signature costs the other threads, and what leaving the GVL costs a signature'
  task(gvl: :compile) { %w[gvl pauses].each { |name| run.call(name) } }

  desc 'Measure the time and memory that loading the gem takes'
  task(load: :compile) { run.call('load') }

  desc 'Compare the default credential chain with that of aws-sdk-core'
  task(credentials: :compile) { %w[credentials credentials_refresh].each { |name| run.call(name) } }

  desc 'Measure what a tenant with a role of its own costs'
  task(tenants: :compile) { run.call('tenants') }

  desc 'A million signatures and 200,000 refreshes, half over HTTP, in one process: fails if it grows by more than 1 MB'
  task(memory: :compile) { run.call('memory') }

  desc "Measure the library's size; of other profile settings too: 'benchmark:size[opt-level=s,opt-level=z+lto=thin]'"
  task(size: :compile) { |_, arguments| run.call('size', *arguments.extras) }
end

desc 'Run all benchmarks'
task benchmark: %w[signing gvl load credentials tenants size].map { |name| "benchmark:#{name}" }
