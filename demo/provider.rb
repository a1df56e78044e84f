# frozen_string_literal: true

require_relative 'asking'

# RubyLLM with this gem, in this process: a chat and a stream, each in a thread.
class Provider
  attr_reader :stand_in, :answers, :streamed, :stream_seconds, :error

  def initialize(stand_in, credentials, timeline)
    @stand_in = stand_in
    @timeline = timeline
    @answers = 0
    @words = 0
    Asking.configure(stand_in.proxy_url) { |config| config.bedrock_credentials_provider = credentials }
  end

  def start(until_second:)
    @threads = [Thread.new { guarded { stream } }, Thread.new { guarded { chat(until_second) } }]
  end

  def finish
    @threads.each(&:join)
  end

  private

  def chat(until_second)
    chat = Asking.chat
    while @timeline.seconds < until_second - Asking::INTERVAL
      chat.ask('Still there?')
      @answers += 1
      @timeline.note(:provider, 'ok', :green)
      sleep Asking::INTERVAL
    end
  end

  def stream
    started = @timeline.seconds
    message = Asking.chat.ask('Tell me everything.') { |chunk| heard(chunk.content) }
    @streamed = message.content
    @stream_seconds = @timeline.seconds - started
    @timeline.note(:stream, 'done', :green)
  end

  def heard(text)
    return if text.to_s.empty?

    @words += 1
    @timeline.replace(:stream, "#{@words} words", :green)
  end

  def guarded
    yield
  rescue StandardError => e
    @error = "#{e.class}: #{e.message}"
    @timeline.note(:provider, 'failed', :red)
    @timeline.note(:events, @error, :red)
  end
end
