# frozen_string_literal: true

module Soak
  # Whose fault it is that a request failed, from what the script did and what Bedrock saw. A failure is ours unless
  # there is evidence for one of these:
  #
  # killed         the script ended the process while the request was under way, before it had taken too long
  # source_out     the process was refused or had no credentials, its source was in trouble so shortly before that the
  #                failure can come of it, and of the sets that Bedrock saw from this process the newest had ended
  # clock_moved    it was refused for its date, and Bedrock's clock was set between the first such refusal and its
  #                end: by the time of the answer's Date, or of the second attempt, it was another
  # ended_twice    both sets that the request was tried with were ended early by the script, after they had been good
  class Judge
    # Seconds after an outage in which one of its answers is still the reason: the longest attempt of a load, and what
    # is held of a failure (core's ATTEMPT, and NOTHING_FOUND_HOLDS, the longest).
    AFTERMATH = { 'RubyLLM::BedrockCredentials::MissingCredentialsError' => 5 + 5 }.freeze
    USUAL_AFTERMATH = 5 + 1
    # Seconds that a request may be under way: a load that hangs is given up after 15 (core's NETWORK_BOUND), and
    # after a rejection comes an attempt of another.
    LONGEST = 15 + 5
    # Seconds that Puma leaves a worker for what is under way: worker_shutdown_timeout.
    SHUTDOWN = 20
    # For a busy machine.
    MARGIN = 1
    # Seconds before its expiration that a set may be given up: sources tell it in whole seconds.
    ROUNDING = 1

    NO_CREDENTIALS = %w[RubyLLM::BedrockCredentials::CredentialsSourceError
                        RubyLLM::BedrockCredentials::MissingCredentialsError].freeze
    DATE_REFUSED = /\ASignature (?:expired|not yet current)/
    REFUSED = /security token included in the request is (?:expired|invalid)/

    Attempt = Struct.new(:request, :at, :access_key_id, :accepted, :reason, keyword_init: true)

    # @param expirations [#call] gives a set's expiration, in seconds since the epoch, by its access key id
    def initialize(timeline:, requests:, attempts:, expirations:)
      @timeline = timeline
      @expirations = expirations
      @attempts = attempts.group_by(&:request)
      pids = requests.to_h { |request| [request.id, request.pid] }
      @of_process = attempts.group_by { |attempt| pids[attempt.request] }
    end

    # @param request [Ledger::Request]
    # @return [Symbol] :ok, :ours, or why it is excused
    def verdict(request)
      return :ok if request.ended? && request.error.nil?
      return :killed if killed?(request)

      return :clock_moved if clock_moved?(request)

      without_credentials?(request) ? reason(request) : :ours
    end

    # @param unanswered [Load::Unanswered]
    # @return [Symbol] :killed or :ours
    def unanswered(unanswered)
      cut = @timeline.ends_of(:puma).any? do |ended|
        cut?(ended, unanswered.from) && unanswered.to <= ended + SHUTDOWN + MARGIN
      end
      cut ? :killed : :ours
    end

    private

    def killed?(request)
      ended = @timeline.end_of(request.pid) or return false
      return ended <= request.began + LONGEST + MARGIN if request.error == 'Sidekiq::Shutdown'

      request.ended.nil? && cut?(ended, request.began)
    end

    # A process that is to end may have begun it after the signal was sent.
    def cut?(ended, began) = ended.between?(began - MARGIN, began + LONGEST + MARGIN)

    def clock_moved?(request)
      return false unless request.ended? && DATE_REFUSED.match?(request.message)

      # A listing, several requests without a body, is not told apart in what Bedrock saw.
      return @timeline.clock_set?(request.began, request.ended) if request.kind == 'list'

      refused = @attempts.fetch(request.id, []).select { |each| DATE_REFUSED.match?(each.reason) }.map(&:at)
      refused.any? && @timeline.clock_set?(refused.min, request.ended)
    end

    def without_credentials?(request)
      request.ended? && (NO_CREDENTIALS.include?(request.error) || REFUSED.match?(request.message))
    end

    def reason(request)
      return :source_out if source_out?(request)

      ended_twice?(request) ? :ended_twice : :ours
    end

    def source_out?(request)
      aftermath = AFTERMATH.fetch(request.error, USUAL_AFTERMATH) + MARGIN
      @timeline.outage?(request.group, request.ended - aftermath, request.ended) && !good_set?(request)
    end

    # Whether the process had a set that it could have used.
    def good_set?(request)
      used = @of_process.fetch(request.pid, []).select { |each| each.accepted && each.at < request.ended }
      newest = used.map(&:access_key_id).uniq.max_by { |id| @expirations.call(id) }
      newest ? good?(newest, request.ended) : false
    end

    def good?(access_key_id, at)
      @expirations.call(access_key_id) - ROUNDING > at && (@timeline.end_of_set(access_key_id) || at) >= at
    end

    def ended_twice?(request)
      ids = @attempts.fetch(request.id, []).reject(&:accepted).map(&:access_key_id).uniq
      ids.size >= 2 && ids.all? { |id| @timeline.end_of_set(id)&.<=(request.ended) }
    end
  end
end
