# frozen_string_literal: true

require 'tmpdir'
require_relative '../support/child'

# In a Ruby of its own, whose wall clock is set by a library loaded before libc: the machine's own is not touched.
RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'where the clock is set back' do
  let(:aws) { AwsStandIn.new }

  after { aws.stop }

  before(:all) do
    @directory = Dir.mktmpdir
    source = File.join(@directory, 'clock.c')
    File.write(source, <<~C)
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <time.h>

      static long offset;

      void step_clock(long seconds) { offset += seconds; }

      int clock_gettime(clockid_t clock, struct timespec *time) {
        static int (*real)(clockid_t, struct timespec *);
        if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
        int result = real(clock, time);
        if (clock == CLOCK_REALTIME) time->tv_sec += offset;
        return result;
      }
    C
    compiled = system(RbConfig::CONFIG.fetch('CC').split.first, '-shared', '-fPIC', '-o', library, source, '-ldl')
    skip 'no C compiler' unless compiled
  end

  after(:all) { FileUtils.rm_rf(@directory) }

  def library = File.join(@directory, 'clock.so')

  # @return [Array<String>] what the script printed
  def run(source, script)
    status, out, err = Child.ruby(aws.environment(source).merge('LD_PRELOAD' => library), <<~RUBY)
      require 'fiddle'
      step = Fiddle::Function.new(Fiddle::Handle::DEFAULT['step_clock'], [Fiddle::TYPE_LONG], Fiddle::TYPE_VOID)
      chain = RubyLLM::BedrockCredentials::DefaultCredentialsChain.new
      show = -> { puts chain.credentials.access_key_id }
      #{script}
    RUBY
    expect([status.exitstatus, err]).to eq([0, ''])
    out.split
  end

  it 'keeps the set, and refreshes it as ever' do
    before, after, refreshed = run(:ecs_full_uri, <<~RUBY)
      show.call
      now = Time.now
      step.call(-3600)
      abort('the clock was not set back') unless Time.now < now - 3500
      show.call
      chain.refresh!
      show.call
    RUBY
    expect([before == after, before == refreshed, aws.calls(:container_credentials)]).to eq([true, false, 2])
  end

  it 'does not use a set for longer than it lives' do
    aws.lifetime = 2
    first, second = run(:ecs_full_uri, <<~RUBY)
      show.call
      first = chain.credentials
      step.call(-3600)
      finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 10
      sleep(0.01) while chain.credentials == first && Process.clock_gettime(Process::CLOCK_MONOTONIC) < finish
      show.call
    RUBY
    expect(first).not_to eq(second)
  end

  %i[sso login].each do |source|
    it "goes on with #{source}, whose provider counts from the clock" do
      ids = run(source, <<~RUBY)
        show.call
        step.call(-120)
        chain.refresh!
        show.call
      RUBY
      expect(ids.size).to eq(2)
      expect(ids).to all(satisfy('be issued') { |id| aws.account.find(id) })
    end
  end
end
