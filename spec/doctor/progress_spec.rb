# frozen_string_literal: true

require 'stringio'
require 'ruby_llm/bedrock_credentials/doctor/progress'

RSpec.describe RubyLLM::BedrockCredentials::Doctor::Progress do
  let(:screen) { StringIO.new }
  let(:clock) { Struct.new(:now).new(100.0) }
  let!(:progress) { described_class.new(screen, clock) }

  def after(seconds)
    clock.now += seconds
    progress.tick
    screen.string
  end

  it 'says nothing of what is quick' do
    expect(after(0.39)).to eq('')
    progress.wipe
    expect(screen.string).to eq('')
  end

  it 'says what takes a while, and how long it has, each time in the same place' do
    progress.about { 'Asking EcsContainer' }
    expect(after(0.4)).to eq("\r\e[KAsking EcsContainer, 0 s ...")
    expect(after(1)).to end_with("\r\e[KAsking EcsContainer, 1 s ...")
  end

  it 'asks anew each time, as the next source may be under way' do
    words = %w[first second]
    progress.about { words.shift }
    expect(after(1)).to end_with('first, 1 s ...')
    expect(after(1)).to end_with('second, 2 s ...')
  end

  it 'counts from the start of each thing' do
    after(5)
    progress.about { 'Asking Bedrock' }
    expect(after(0.3)).not_to include('Asking Bedrock')
  end

  it 'wipes away what it said' do
    after(1)
    progress.wipe
    expect(screen.string).to end_with("...\r\e[K")
  end
end
