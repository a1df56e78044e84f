# frozen_string_literal: true

require 'json'
require 'rbconfig'

# RubyLLM alone, in a process of its own that has never heard of this gem; see plain_ruby_llm.rb.
class CopiedKeys
  attr_reader :stand_in, :answers, :error, :died_at

  def initialize(stand_in, timeline)
    @stand_in = stand_in
    @timeline = timeline
    @answers = 0
    @process = IO.popen([RbConfig.ruby, File.join(__dir__, 'plain_ruby_llm.rb'), stand_in.proxy_url], 'r+')
    raise 'RubyLLM did not start' unless @process.gets == "ready\n"
  end

  # @param credentials [BedrockStandIn::CredentialSet] copied now, and never again
  def start(credentials)
    @expiration = credentials.expiration
    @process.puts JSON.generate(credentials.to_h.slice(:access_key_id, :secret_access_key, :session_token))
    @listener = Thread.new { @process.each_line { |line| hear(line.chomp) } }
  end

  def finish
    # It is dead by now, if what the demo shows is true.
    Process.kill(:TERM, @process.pid) unless died_at
    @listener.join
    @process.close
  end

  # Seconds from the expiration to the end.
  def outlived
    died_at && (died_at - @expiration)
  end

  private

  def hear(line)
    return answered if line == 'ok'

    @error = line
    @died_at = Time.now
    @timeline.note(:copied, 'dead', :red)
    @timeline.note(:events, line, :red)
  end

  def answered
    @answers += 1
    @timeline.note(:copied, 'ok', :green)
  end
end
