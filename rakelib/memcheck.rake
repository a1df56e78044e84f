# frozen_string_literal: true

# Signing and loading under valgrind, for leaks and invalid accesses of the extension's.
#
# Ruby's own findings are left out by where they happen, not by a list: of a stack the innermost
# frame that allocates nothing itself decides, and all Rust code, AWS's too, is in the extension.
# Undefined values are not asked for: Ruby's collector reads whole stacks on purpose.
class Memcheck
  OURS = /\(in .*ruby_llm_bedrock_credentials\.so\)|\.rs:\d+\)/
  ALLOCATES = /vg_replace_malloc|: (malloc|calloc|realloc|posix_memalign|aligned_alloc)\b|
               __rustc|__rust_|__rdl_|alloc::|hashbrown|ruby_x?(malloc|calloc|realloc)|objspace_x/x
  # Thread stacks and what the C library keeps for exit are "possibly" lost and are not asked for.
  OPTIONS = %w[--tool=memcheck --leak-check=full --show-leak-kinds=definite --undef-value-errors=no
               --num-callers=40 --error-limit=no --child-silent-after-fork=yes --read-inline-info=yes].freeze

  Finding = Struct.new(:title, :frames) do
    def ours?
      innermost = frames.find { |frame| !frame.match?(ALLOCATES) }
      innermost&.match?(OURS)
    end
  end

  def initialize(log)
    @log = log
  end

  # @param arguments [Array<String>] of ruby
  # @return [Boolean] whether it passed and nothing of the extension's was found
  def clean?(*arguments)
    passed = system('valgrind', *OPTIONS, "--log-file=#{@log}", RbConfig.ruby, *arguments)
    ours, others = findings.partition(&:ours?)
    ours.each { |finding| puts finding.title, finding.frames, '' }
    puts "#{arguments.last}: #{ours.size} findings of the extension's; " \
         "#{others.size} of Ruby's and the C library's are not shown"
    passed && ours.empty?
  end

  private

  def findings
    text = File.read(@log).gsub(/^==\d+== ?/, '')
    text.split(/\n\s*\n/).filter_map do |block|
      title, *frames = block.strip.lines(chomp: true)
      stack = frames.take_while { |line| line.match?(/^\s*(at|by) 0x/) }
      Finding.new(title, stack) if stack.any?
    end
  end
end

# What a fork does is not told: of specs those that stay in their process.
memcheck_files = %w[spec/sign_spec.rb spec/sign_bad_input_spec.rb spec/sign_bad_provider_spec.rb
                    spec/sign_uri_spec.rb spec/memcheck/credentials.rb]

desc 'Look for leaks and invalid accesses with valgrind; in other specs too: memcheck[spec/a_spec.rb,spec/b_spec.rb]'
task memcheck: :compile do |_, arguments|
  files = arguments.extras.any? ? arguments.extras : memcheck_files
  memcheck = Memcheck.new("#{ENV.fetch('BEDROCK_BUILD_DIR', 'tmp')}/memcheck.log")
  clean = files.map { |file| memcheck.clean?(*(%w[-S rspec] if file.end_with?('_spec.rb')), '-Ilib', file) }
  abort 'memcheck: FAILED' unless clean.all?
end
