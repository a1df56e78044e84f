# frozen_string_literal: true

require 'support/providers'

begin
  require 'async'
rescue LoadError => e
  raise unless e.path == 'async'

  warn 'SKIPPED: async is not installed'
end

if defined?(Async)
  RSpec.describe RubyLLM::BedrockCredentials::AssumeRole, 'under Async' do
    include_context 'with providers in a child'

    it 'keeps the reactor turning while fifty fibers wait for its Ruby source and for STS' do
      in_child(:none) do
        source = CountingSource.new { sleep(0.5) && user }
        aws.fault(assumed, :slow, seconds: 0.5)
        provider = role(source: source)
        ticks = 0
        ids = Sync do |reactor|
          ticker = reactor.async { loop { sleep(0.01) && (ticks += 1) } }
          Array.new(50) { reactor.async { provider.credentials.access_key_id } }.map(&:wait).tap { ticker.stop }
        end
        expect([ids.uniq.size, source.reads, aws.calls(assumed), ticks]).to match([1, 1, 1, be > 30])
      end
    end
  end
end
