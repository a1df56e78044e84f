# frozen_string_literal: true

class BedrockStandIn
  # One request as it was received and judged. `verdict` is :accepted or AWS's error code.
  Entry = Struct.new(:http_method, :target, :host, :headers, :raw_headers, :body, :verdict, :reason, :access_key_id,
                     :signed_headers, :signature, :api_key, :received_at, keyword_init: true) do
    def accepted?
      verdict == :accepted
    end

    def path
      target.partition('?').first
    end
  end

  # Every request, in the order judged.
  class Journal
    def initialize
      @mutex = Mutex.new
      @entries = []
    end

    def record(request, verdict:, reason: nil)
      entry = Entry.new(http_method: request.http_method, target: request.target, host: request['host'],
                        headers: request.headers, raw_headers: request.raw_headers, body: request.body,
                        received_at: request.received_at, verdict:, reason:, **claims(request)).freeze
      @mutex.synchronize { @entries << entry }
    end

    def entries
      @mutex.synchronize { @entries.dup }
    end

    def clear
      @mutex.synchronize { @entries.clear }
    end

    private

    # Read leniently: the header of a refused request may be anything.
    def claims(request)
      header = request['authorization'].to_s
      { access_key_id: header[%r{Credential=([^/,\s]+)}, 1], signature: header[/Signature=([^,\s]+)/, 1],
        signed_headers: header[/SignedHeaders=([^,\s]+)/, 1].to_s.split(';'), api_key: request.api_key }
    end
  end
end
