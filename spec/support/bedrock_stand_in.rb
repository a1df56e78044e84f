# frozen_string_literal: true

require_relative 'bedrock_stand_in/account'
require_relative 'bedrock_stand_in/fault_script'
require_relative 'bedrock_stand_in/http_server'
require_relative 'bedrock_stand_in/journal'
require_relative 'bedrock_stand_in/operations'
require_relative 'bedrock_stand_in/verifier'

# Amazon Bedrock on loopback, as strict about signatures as the real one: every request is verified from the bytes on
# the wire, with the credentials the account has issued, by the stand-in's own clock.
#
#   stand_in = BedrockStandIn.new
#   credentials = stand_in.account.issue(lifetime: 900)
#   key = stand_in.account.issue_api_key  # for `Authorization: Bearer …`
#   # … requests to stand_in.url …
#   stand_in.rejections  # => {}
#   stand_in.stop
class BedrockStandIn
  include FaultScript

  # Paths served by bedrock-mantle, which is a signing service of its own.
  MANTLE = %r{\A(?:/anthropic)?/v1/}

  attr_reader :account, :clock, :faults, :region

  # @param clock [#now] also the account's, and the Date of each answer
  # @param prefix [String] a path in front of every operation, as behind a gateway: '/gw'
  # @param verification [Hash] `signed_content_type:` and `lenient_query:`, see Verifier
  def initialize(clock: Time, region: 'us-west-2', prefix: '', account: Account.new(clock:), **verification)
    @clock = clock
    @region = region
    @prefix = prefix
    @account = account
    @faults = Faults.new
    @journal = Journal.new
    @operations = Operations.new
    @verifier = Verifier.new(account:, region:, clock:, **verification)
    @server = HttpServer.new(clock:) { |request| respond(request) }
  end

  def host
    "127.0.0.1:#{@server.port}"
  end

  # The base URL, prefix included: for `bedrock_api_base` and `bedrock_mantle_api_base`.
  def url
    "http://#{host}#{@prefix}"
  end

  # For `http_proxy`: requests for any host then end here, and are verified for the host they name.
  def proxy_url
    "http://#{host}"
  end

  def stop
    @server.stop
  end

  # @param reply [String] what the model says from now on
  # @param stream_interval [Numeric] seconds between the words of a stream
  def say(reply, stream_interval: 0)
    @operations.reply = reply
    @operations.stream_interval = stream_interval
  end

  # From now on the model calls this tool for each question, if it is offered it, and says its reply after that.
  def call_tool(name, **input)
    @operations.tool_call = { name: name, input: input }
  end

  # Answers an operation of Operations::ROUTES with what the block returns: a Hash for JSON, or a Response.
  def answer(operation, &)
    @operations.override(operation, &)
  end

  # @return [Array<Entry>]
  def log
    @journal.entries
  end

  def requests
    log.size
  end

  def accepted
    log.count(&:accepted?)
  end

  # @return [Hash{String => Integer}] how often each error code was answered to a signature
  def rejections
    log.reject(&:accepted?).map(&:verdict).tally
  end

  # A set of seconds may expire between its signature and a busy machine: such a request is sent once more.
  # @return [Hash{String => Integer}] as {#rejections}, but for those
  def wrong_signatures
    rejections.except('ExpiredTokenException')
  end

  # Forgets the log and the faults; what was issued stays good.
  def reset
    @journal.clear
    @faults.clear
  end

  private

  def respond(request)
    verify(request)
    @faults.strike(request) || answer_to(request)
  rescue Refusal => e
    e.response(mantle: mantle?(request))
  end

  def verify(request)
    @verifier.verify(request, service: mantle?(request) ? 'bedrock-mantle' : 'bedrock')
    @journal.record(request, verdict: :accepted)
  rescue Refusal => e
    @journal.record(request, verdict: e.code, reason: e.message)
    raise
  end

  def answer_to(request)
    @operations.answer(request, operation_path(request))
  end

  def mantle?(request)
    MANTLE.match?(operation_path(request))
  end

  def operation_path(request)
    request.path.delete_prefix(@prefix)
  end
end
