# frozen_string_literal: true

require_relative 'bedrock_stand_in/account'

# A provider as the AWS SDK's refreshing ones are: hands out the current set and replaces it ahead of its expiration.
# The sets come from a BedrockStandIn::Account, so the stand-in knows each of them.
class RotatingCredentials
  # @param account [BedrockStandIn::Account] issues the sets, and brings the clock
  # @param lifetime [Numeric] seconds from the issue of a set to its expiration
  # @param refresh_before [Numeric] seconds ahead of the expiration at which the next set is issued
  # @param every_call [Boolean] a new set for each read, which makes any mix of two sets visible
  def initialize(account:, lifetime:, refresh_before: lifetime / 4.0, every_call: false)
    @account = account
    @lifetime = lifetime
    @refresh_before = refresh_before
    @every_call = every_call
    @mutex = Mutex.new
    @issued = []
    @reads = 0
  end

  # @return [BedrockStandIn::CredentialSet] frozen, so the set just read can never change under its reader
  def credentials
    @mutex.synchronize do
      @reads += 1
      rotate if @every_call || due?
      @issued.last
    end
  end

  # Reads of #credentials so far. #expiration, #set? and #issued do not count.
  def reads
    @mutex.synchronize { @reads }
  end

  # How many sets replaced an earlier one.
  def rotations
    @mutex.synchronize { [@issued.size - 1, 0].max }
  end

  def issued
    @mutex.synchronize { @issued.dup }
  end

  def expiration
    @mutex.synchronize { @issued.last&.expiration }
  end

  def set?
    true
  end

  # Aws::…::Client asks any provider it is given for it, to name the provider in its User-Agent.
  def metrics
    []
  end

  def refresh!
    @mutex.synchronize { rotate }
  end

  def inspect
    "#<#{self.class.name} rotations=#{rotations} reads=#{reads}>"
  end

  private

  def due?
    current = @issued.last
    current.nil? || @account.clock.now >= current.expiration - @refresh_before
  end

  def rotate
    @issued << @account.issue(lifetime: @lifetime)
  end
end
