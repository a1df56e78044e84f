# frozen_string_literal: true

# AddressSanitizer over core's tests. Stable Rust brings its runtime; RUSTC_BOOTSTRAP=1 allows the flag.
desc "Run core's Rust tests under AddressSanitizer, leaks included"
task :asan do
  target = `rustc -vV`[/^host: (.*)/, 1]
  environment = {
    'RUSTC_BOOTSTRAP' => '1', 'RUSTFLAGS' => '-Zsanitizer=address',
    'CARGO_TARGET_DIR' => "#{ENV.fetch('CARGO_TARGET_DIR', 'target')}/asan"
  }
  sh environment, 'cargo', 'test', '--locked', '--package', 'bedrock_credentials_core',
     '--target', target, '--lib', '--tests'
end
