# frozen_string_literal: true

# The specs under valgrind, for leaks and invalid accesses of the extension's.
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

  def command(*specs)
    ['valgrind', *OPTIONS, "--log-file=#{@log}", RbConfig.ruby, '-S', 'rspec', *specs]
  end

  def findings
    text = File.read(@log).gsub(/^==\d+== ?/, '')
    text.split(/\n\s*\n/).filter_map do |block|
      title, *frames = block.strip.lines(chomp: true)
      stack = frames.take_while { |line| line.match?(/^\s*(at|by) 0x/) }
      Finding.new(title, stack) if stack.any?
    end
  end
end

memcheck_specs = %w[sign_spec sign_bad_input_spec sign_with_chain_spec default_credentials_chain/environment_spec
                    credential_process_spec].map { |name| "spec/#{name}.rb" }

desc 'Look for leaks and invalid accesses with valgrind; of other specs too: memcheck[spec/a_spec.rb,spec/b_spec.rb]'
task memcheck: :compile do |_, arguments|
  specs = arguments.extras.any? ? arguments.extras : memcheck_specs
  memcheck = Memcheck.new("#{ENV.fetch('BEDROCK_BUILD_DIR', 'tmp')}/memcheck.log")
  passed = system(*memcheck.command(*specs))
  ours, others = memcheck.findings.partition(&:ours?)
  ours.each { |finding| puts finding.title, finding.frames, '' }
  puts "#{specs.join(' ')}: #{ours.size} findings of the extension's; " \
       "#{others.size} of Ruby's and the C library's are not shown"
  abort 'memcheck: FAILED' unless ours.empty? && passed
end
