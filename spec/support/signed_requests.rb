# frozen_string_literal: true

require 'aws-sigv4'
require 'json'
require 'net/http'
require_relative 'adjustable_clock'
require_relative 'bedrock_stand_in'

# Requests to a BedrockStandIn, signed by AWS's own signer, so that a spec can spoil one thing about them.
RSpec.shared_context 'with signed requests' do
  subject(:stand_in) { BedrockStandIn.new(clock:, **options) }

  let(:options) { {} }
  let(:clock) { AdjustableClock.new }
  let(:credentials) { stand_in.account.issue(lifetime: 900) }
  let(:path) { '/model/us.amazon.nova-lite-v1%3A0/converse' }
  let(:body) { JSON.generate(messages: [{ role: 'user', content: [{ text: 'hi' }] }]) }
  let(:mismatch) { a_string_starting_with('The request signature we calculated does not match') }

  after { stand_in.stop }

  def sign(http_method: 'POST', path: self.path, body: self.body, headers: {}, **options)
    signer = Aws::Sigv4::Signer.new(service: 'bedrock', region: 'us-west-2', credentials_provider: credentials,
                                    **options)
    date = clock.now.getutc.strftime('%Y%m%dT%H%M%SZ')
    headers = { 'content-type' => 'application/json', 'x-amz-date' => date }.merge(headers)
    headers.merge(signer.sign_request(http_method:, url: "#{stand_in.url}#{path}", headers:, body:).headers)
  end

  def post(headers, path: self.path, body: self.body)
    Net::HTTP.start('127.0.0.1', URI(stand_in.url).port) { |http| http.post(path, body, headers.compact) }
  end

  def get(path, signed_path: path)
    headers = sign(http_method: 'GET', path: signed_path, body: '')
    Net::HTTP.start('127.0.0.1', URI(stand_in.url).port) { |http| http.get(path, headers) }
  end

  def refused_with(code, message = anything, status: '403')
    have_attributes(code: status, body: satisfy { |json| values_match?(message, JSON.parse(json)['message']) })
      .and(satisfy { |response| response['x-amzn-ErrorType'] == code && stand_in.rejections == { code => 1 } })
  end

  def values_match?(expected, actual)
    RSpec::Support::FuzzyMatcher.values_match?(expected, actual)
  end
end
