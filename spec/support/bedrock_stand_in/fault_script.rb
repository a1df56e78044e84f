# frozen_string_literal: true

require_relative 'faults'

class BedrockStandIn
  # The faults a spec can ask for. Each takes `times:` and `only:`, a Regexp for the path.
  module FaultScript
    CODES = { 400 => 'ValidationException', 403 => 'AccessDeniedException', 404 => 'ResourceNotFoundException',
              408 => 'ModelTimeoutException', 424 => 'ModelErrorException', 429 => 'ThrottlingException',
              500 => 'InternalServerException', 503 => 'ServiceUnavailableException' }.freeze

    # @param headers [Hash] for example `{ 'Retry-After' => '0' }`
    def fail_next(status:, message: nil, headers: {}, times: 1, only: nil)
      code = CODES.fetch(status, 'InternalServerException')
      faults.add(times:, only:) do |request|
        Response.public_send(mantle?(request) ? :mantle_error : :error, code, message || code, status:, headers:)
      end
    end

    def throttle_next(**options)
      fail_next(status: 429, message: 'Too many requests, please wait before trying again.', **options)
    end

    # Closes the connection after the request was read and before a byte of the answer is written.
    def drop_next(times: 1, only: nil)
      faults.add(times:, only:) { DroppedConnection.new }
    end

    # @param to [String] the base URL of another host
    # @param status [Integer] 307 and 308 keep the method and the body
    def redirect_next(to:, status: 307, times: 1, only: nil)
      faults.add(times:, only:) do |request|
        Response.new(status:, headers: { 'Location' => "#{to}#{request.path_and_query}" })
      end
    end

    # The answer comes after so many seconds of real time: no clock makes a client's socket wait.
    def delay_next(seconds, times: 1, only: nil)
      faults.add(times:, only:) do
        sleep(seconds)
        nil
      end
    end

    # Ends a stream after so many pieces: with an exception frame, or by hanging up when there is none.
    #
    # @param exception [String, nil] for example 'throttlingException'
    def break_stream_next(after:, exception: nil, message: exception, times: 1)
      faults.add(times:, only: /converse-stream\z/) do |request|
        answer_to(request).tap { |answer| answer.body.cut_short(after:, exception:, message:) }
      end
    end
  end
end
