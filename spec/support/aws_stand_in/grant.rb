# frozen_string_literal: true

class AwsStandIn
  # What a service may give away for one request: one set of credentials, or a token that lives so long.
  class Grant
    # @param lifetime [Numeric, nil] seconds that a fault wants instead of what the service would
    def initialize(lifetime, &issue)
      @lifetime = lifetime
      @issue = issue
    end

    def credentials = @credentials ||= @issue.call

    def lifetime(usual) = @lifetime || usual
  end
end
