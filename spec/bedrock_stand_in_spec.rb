# frozen_string_literal: true

require 'digest'
require 'erb'
require_relative 'support/signed_requests'

# The other specs are worth what the stand-in refuses, so what it refuses is proven here.
RSpec.describe BedrockStandIn, 'verifies signatures as AWS does' do
  include_context 'with signed requests'

  it 'accepts what AWS signs' do
    expect(post(sign)).to have_attributes(code: '200', body: include('Hello from the stand-in.'))
  end

  it 'logs a request as it came, with its verdict' do
    headers = sign
    post(headers)
    expect(stand_in.log).to contain_exactly(
      have_attributes(http_method: 'POST', target: path, body:, verdict: :accepted,
                      access_key_id: credentials.access_key_id, signature: headers['authorization'][/\h{64}\z/],
                      signed_headers: %w[content-type host x-amz-content-sha256 x-amz-date x-amz-security-token],
                      received_at: clock.now)
    )
  end

  it 'accepts long-term keys, which have no token' do
    expect(post(sign(credentials_provider: stand_in.account.issue_long_term)).code).to eq('200')
  end

  describe 'refuses as a signature mismatch' do
    it 'a changed byte of the body' do
      expect(post(sign, body: body.sub('hi', 'ho'))).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a changed byte of the body, its hash changed along' do
      tampered = body.sub('hi', 'ho')
      headers = sign.merge('x-amz-content-sha256' => Digest::SHA256.hexdigest(tampered))
      expect(post(headers, body: tampered)).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a content hash that is not the hash of the body, although it is signed' do
      headers = sign(headers: { 'x-amz-content-sha256' => Digest::SHA256.hexdigest('other') })
      expect(post(headers)).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'an unsigned payload, which only S3 takes' do
      headers = sign(headers: { 'x-amz-content-sha256' => 'UNSIGNED-PAYLOAD' })
      expect(post(headers)).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a changed digit of the signature' do
      headers = sign
      headers['authorization'] = headers['authorization'].sub(/\h\z/) { |digit| digit == '0' ? '1' : '0' }
      expect(post(headers)).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a host signed without its port' do
      headers = sign(headers: { 'host' => '127.0.0.1' }).merge('host' => stand_in.host)
      expect(post(headers)).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'another path' do
      expect(post(sign, path: path.sub('lite', 'pro'))).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a path that is encoded otherwise on the wire' do
      expect(post(sign, path: path.sub('%3A', ':'))).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'another method' do
      expect(post(sign(http_method: 'PUT'))).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a signed header that is not sent' do
      expect(post(sign(headers: { 'x-trace' => '1' }).except('x-trace')))
        .to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a signed header with another value' do
      expect(post(sign(headers: { 'x-trace' => '1' }).merge('x-trace' => '2')))
        .to refused_with('InvalidSignatureException', mismatch)
    end

    it 'a list of signed headers in another order' do
      headers = sign
      headers['authorization'] = headers['authorization'].sub('content-type;host', 'host;content-type')
      expect(post(headers)).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'the secret of another set' do
      torn = credentials.dup.tap { |set| set.secret_access_key = stand_in.account.issue.secret_access_key }
      expect(post(sign(credentials_provider: torn))).to refused_with('InvalidSignatureException', mismatch)
    end
  end

  describe 'refuses what has to be signed and is not' do
    it 'the host' do
      expect(post(sign(unsigned_headers: ['host'])))
        .to refused_with('InvalidSignatureException', "'host' must be a 'SignedHeader' in the AWS Authorization.")
    end

    it 'the token' do
      expect(post(sign(unsigned_headers: ['x-amz-security-token'])))
        .to refused_with('InvalidSignatureException', a_string_including("'x-amz-security-token' must be"))
    end

    it "a caller's own x-amz header" do
      expect(post(sign.merge('x-amz-meta-team' => 'blue')))
        .to refused_with('InvalidSignatureException', a_string_including("'x-amz-meta-team' must be"))
    end

    it 'but not the content type, which AWS lets pass' do
      expect(post(sign(unsigned_headers: ['content-type'])).code).to eq('200')
    end

    context 'when the documentation is taken at its word' do
      let(:options) { { signed_content_type: true } }

      it 'the content type' do
        expect(post(sign(unsigned_headers: ['content-type'])))
          .to refused_with('InvalidSignatureException', a_string_including("'content-type' must be"))
      end
    end
  end

  describe 'reads a query as AWS does' do
    let(:path) { '/inference-profiles?maxResults=9&typeEquals=SYSTEM_DEFINED' }

    it 'in any order of its keys' do
      expect(get('/inference-profiles?typeEquals=SYSTEM_DEFINED&maxResults=9', signed_path: path).code).to eq('200')
    end

    it 'and refuses another value' do
      expect(get(path.sub('9', '8'), signed_path: path)).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'and refuses a value that was encoded once more' do
      expect(get('/inference-profiles?a=%252F', signed_path: '/inference-profiles?a=%2F'))
        .to refused_with('InvalidSignatureException', mismatch)
    end

    it "and refuses a `+`, which AWS's own signers read differently" do
      expect(get('/inference-profiles?a=b+c')).to refused_with('InvalidSignatureException', mismatch)
    end

    it 'and refuses a `*` that is not encoded' do
      expect(get('/inference-profiles?a=*')).to refused_with('InvalidSignatureException', mismatch)
    end

    context 'when it may be lenient, as S3 is' do
      let(:options) { { lenient_query: true } }

      it 'with a `+` for a signed space' do
        expect(get('/inference-profiles?a=b+c', signed_path: '/inference-profiles?a=b%20c').code).to eq('200')
      end
    end

    it 'and takes the page tokens back that it gave' do
      token = JSON.parse(get(path).body).fetch('nextToken')
      page = JSON.parse(get("#{path}&nextToken=#{ERB::Util.url_encode(token)}").body)
      expect(page.dig('inferenceProfileSummaries', 0, 'inferenceProfileId')).to eq('us.amazon.nova-lite-v1:0')
    end
  end
end
