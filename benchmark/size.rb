# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'report'
require 'rounds'

# Arguments: other settings of the release profile to build and to compare with, for example
# `opt-level=s` or `opt-level=z+lto=thin+codegen-units=16`. Each is built from nothing: minutes.

RELEASE = File.dirname($LOAD_PATH.first)
PROFILE = File.read('Cargo.toml')[/^\[profile\.release\]\n(.*?)^\n/m, 1].lines.grep_v(/^#/).map(&:strip).join(', ')
SIZES = [200, 1 << 20].freeze
ROUNDS = 5

Variant = Struct.new(:name, :libraries, :build_time) do
  def size
    File.size(Dir["#{libraries}/**/*.{so,bundle}"].first)
  end

  # @return [Array<Float>] seconds of a signature for each of SIZES
  def signing_times
    output, status = Open3.capture2(RbConfig.ruby, "-I#{libraries}", '-Ilib', '-Ibenchmark/support',
                                    'benchmark/support/signing_speed.rb', *SIZES.map(&:to_s))
    abort output unless status.success?
    output.split.map(&:to_f)
  end
end

def build(settings)
  directory = "#{RELEASE}/size/#{settings.tr('^a-z0-9', '_')}"
  FileUtils.rm_rf(directory)
  FileUtils.mkdir_p(directory)
  environment = { 'BEDROCK_BUILD_DIR' => directory, 'CARGO_TARGET_DIR' => "#{directory}/target",
                  'RB_SYS_CARGO_TARGET_DIR' => "#{directory}/target", 'RB_SYS_CARGO_PROFILE' => 'release' }
  settings.split('+').to_h { |setting| setting.split('=') }.each do |name, value|
    environment["CARGO_PROFILE_RELEASE_#{name.tr('-', '_').upcase}"] = value
  end
  started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  system(environment, 'rake', 'compile', out: :err, exception: true)
  Variant.new(settings, "#{directory}/lib", Process.clock_gettime(Process::CLOCK_MONOTONIC) - started)
end

# Of 2**20 bytes, as in the other benchmarks.
def megabytes(bytes)
  format('%.2f MB', bytes.fdiv(1 << 20))
end

def row(variant, signatures)
  built_in = Report.duration(variant.build_time) if variant.build_time
  [variant.name, megabytes(variant.size), variant.size, built_in, *signatures.map { |times| duration(times) }]
end

# @param times [Array<Float>] of each round
def duration(times)
  Report.duration(Rounds.median(times))
end

variants = [Variant.new('as in Cargo.toml', "#{RELEASE}/lib"), *ARGV.map { |settings| build(settings) }]
rounds = Array.new(ROUNDS) { variants.map(&:signing_times) }

Report.heading("The library's size")
puts "In Cargo.toml: `#{PROFILE}`\n\n"
Report.table(['profile', 'size', 'bytes', 'built in', *SIZES.map { |size| "signature of #{Report.size(size)}" }],
             variants.zip(rounds.transpose).map { |variant, times| row(variant, times.transpose) })
size = variants.first.size
Report.target("#{megabytes(size)} (at most 6 MB)", size <= 6 << 20)
