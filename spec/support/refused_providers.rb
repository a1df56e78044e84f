# frozen_string_literal: true

# Providers whose sets AWS refuses, or not.
RSpec.shared_context 'with refused credentials' do
  # Hands out the sets in turn, and the last one for ever.
  let(:provider_of) do
    Class.new do
      attr_reader :reads

      def initialize(*sets)
        @sets = sets
        @reads = 0
      end

      def credentials
        @reads += 1
        @sets.size > 1 ? @sets.shift : @sets.first
      end
    end
  end

  # As an AWS SDK provider: keeps its set until it is made to renew it.
  let(:refreshable) do
    Class.new do
      attr_reader :refreshes

      def initialize(*sets)
        @sets = sets
        @refreshes = 0
      end

      def credentials = @sets.first

      def refresh!
        @refreshes += 1
        @sets.shift if @sets.size > 1
      end
    end
  end

  let(:expired) { stand_in.account.issue(lifetime: -1) }
  let(:unknown) { stand_in.account.issue.tap { |set| stand_in.account.revoke(set) } }
  let(:good) { stand_in.account.issue }

  def with(provider)
    context_with(bedrock_credentials_provider: provider, max_retries: 0)
  end

  def verdicts
    stand_in.log.map(&:verdict)
  end
end
