# frozen_string_literal: true

require 'rbconfig'
require_relative '../../soak/memory'

RSpec.describe Soak::Memory do
  let(:wait) { '$stdout.sync = true; puts; gets' }
  # 60 MB, each page written.
  let(:grow) { "big = %(x) * 60 * 1024 * 1024; #{wait}" }

  it 'tells how much a process grew' do
    row = readings_around("#{wait}; #{grow}")
    expect(row).to include(name: 'child', processes: 1)
    expect(row[:grown]).to be_between(50, 75)
  end

  it 'begins anew where a process became another, as Puma does when it restarts: that one was small at first' do
    row = readings_around("#{wait}; exec RbConfig.ruby, '-e', '#{grow}'")
    expect(row).to include(processes: 2, grown: 0)
  end

  it 'leaves out a process until it is warm, and one that has ended' do
    memory = described_class.new(-> { { 'this' => [Process.pid], 'ended' => [ended] } }, warm: 1_000)
    memory.sample
    expect(memory.rows).to contain_exactly(include(name: 'this', start: nil, grown: 0))
  end

  # @return [Hash] of a child that was read before and after it did something
  def readings_around(script)
    IO.popen([RbConfig.ruby, '-e', script], 'r+') do |child|
      memory = described_class.new(-> { { 'child' => [child.pid] } }, warm: 0)
      child.gets
      memory.sample
      child.puts
      child.gets
      memory.sample
      child.puts
      memory.rows.first
    end
  end

  def ended = Process.spawn('true').tap { |pid| Process.wait(pid) }
end
