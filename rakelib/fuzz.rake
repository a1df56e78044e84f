# frozen_string_literal: true

# Made-up input for what reads input: ext/core/fuzz. SECONDS a target; a finding fails.
#
# Stable Rust does: the sanitizer's runtime is part of it, RUSTC_BOOTSTRAP=1 allows the flag.
fuzz = {
  folder: File.expand_path('ext/core/fuzz'),
  cache: File.expand_path(ENV.fetch('CARGO_TARGET_DIR', 'target')),
  version: '^0.13'
}
fuzz_environment = { 'RUSTC_BOOTSTRAP' => '1', 'CARGO_TARGET_DIR' => "#{fuzz[:cache]}/fuzz" }
fuzz_tool = "#{fuzz[:cache]}/tools/bin/cargo-fuzz"

namespace :fuzz do
  file fuzz_tool do
    sh({ 'CARGO_TARGET_DIR' => nil }, 'cargo', 'install', '--quiet', '--locked', 'cargo-fuzz',
       '--version', fuzz[:version], '--root', "#{fuzz[:cache]}/tools", verbose: false)
  end

  # libFuzzer is C++. In the throwaway root of bin/debian it is installed, and gone at the end.
  task :compiler do
    next if system('c++ --version', out: File::NULL, err: File::NULL)

    abort 'rake fuzz needs a C++ compiler (c++ or g++)' unless ENV['BEDROCK_SUITE']

    apt = 'apt-get -qq -o Acquire::Check-Valid-Until=false'
    sh "(#{apt} update && #{apt} install --yes --no-install-recommends g++) >#{fuzz[:cache]}/apt.log 2>&1",
       verbose: false
  end

  task build: [fuzz_tool, :compiler] do
    cd(fuzz[:folder], verbose: false) do
      sh fuzz_environment.merge('CARGO_NET_OFFLINE' => nil), fuzz_tool, 'build', '--fuzz-dir', '.', verbose: false
    end
  end

  %w[sign answers files process].each do |target|
    desc "Fuzz #{target} for SECONDS (60)"
    task target => :build do
      kept = "#{fuzz[:cache]}/fuzz/kept/#{target}"
      mkdir_p ["#{kept}/corpus", "#{kept}/findings"], verbose: false
      puts "== fuzz #{target}"
      sh "#{fuzz[:cache]}/fuzz/x86_64-unknown-linux-gnu/release/#{target}",
         "-max_total_time=#{ENV.fetch('SECONDS', 60)}", '-max_len=8192', '-timeout=30',
         '-print_final_stats=1', '-verbosity=0',
         "-artifact_prefix=#{kept}/findings/", "#{kept}/corpus", "#{fuzz[:folder]}/seeds/#{target}", verbose: false
    end
  end
end

desc 'Fuzz everything that reads input, SECONDS (60) each'
task fuzz: %w[sign answers files process].map { |target| "fuzz:#{target}" }
