# frozen_string_literal: true

require_relative 'support/signed_requests'

# Who signed, for when and for where.
RSpec.describe BedrockStandIn, 'verifies credentials and their scope as AWS does' do
  include_context 'with signed requests'

  describe 'refuses credentials that are not good' do
    it 'an access key it never issued' do
      unknown = described_class::Account.new.issue
      expect(post(sign(credentials_provider: unknown)))
        .to refused_with('UnrecognizedClientException', 'The security token included in the request is invalid.')
    end

    it 'a revoked set' do
      headers = sign
      stand_in.account.revoke(credentials)
      expect(post(headers)).to refused_with('UnrecognizedClientException')
    end

    it 'the token of another set, signed or not' do
      torn = credentials.dup.tap { |set| set.session_token = stand_in.account.issue.session_token }
      expect(post(sign(credentials_provider: torn))).to refused_with('UnrecognizedClientException')
    end

    it 'a temporary key without its token' do
      bare = credentials.dup.tap { |set| set.session_token = nil }
      expect(post(sign(credentials_provider: bare))).to refused_with('UnrecognizedClientException')
    end

    it 'a token past its expiration' do
      credentials
      clock.advance(900)
      expect(post(sign))
        .to refused_with('ExpiredTokenException', 'The security token included in the request is expired')
    end
  end

  describe 'refuses a signature of another time or place' do
    it 'signed more than five minutes ago' do
      headers = sign
      clock.advance(301)
      expect(post(headers))
        .to refused_with('InvalidSignatureException',
                         a_string_matching(/\ASignature expired: \d{8}T\d{6}Z is now earlier/))
    end

    it 'signed more than five minutes ahead' do
      headers = sign
      clock.advance(-302)
      expect(post(headers))
        .to refused_with('InvalidSignatureException',
                         a_string_matching(/\ASignature not yet current: .* is still later/))
    end

    it 'a date that is none' do
      expect(post(sign(headers: { 'x-amz-date' => '20269999T999999Z' })))
        .to refused_with('IncompleteSignatureException', a_string_including('X-Amz-Date'))
    end

    it 'a scope of another day than the date' do
      headers = sign
      headers['authorization'] = headers['authorization'].sub(%r{/\d{8}/}, '/20200101/')
      expect(post(headers))
        .to refused_with('InvalidSignatureException', a_string_starting_with('Date in Credential scope does not match'))
    end

    it 'another region' do
      expect(post(sign(region: 'us-east-1')))
        .to refused_with('InvalidSignatureException', a_string_including('valid region'))
    end

    it 'another service' do
      expect(post(sign(service: 'bedrock-mantle')))
        .to refused_with('InvalidSignatureException', "Credential should be scoped to correct service: 'bedrock'. ")
    end
  end

  describe 'refuses an Authorization header that is' do
    it 'missing' do
      expect(post(sign.except('authorization')))
        .to refused_with('MissingAuthenticationTokenException', 'Missing Authentication Token')
    end

    it 'without a signature' do
      headers = sign
      headers['authorization'] = headers['authorization'].sub(/, Signature=.*/, '')
      expect(post(headers))
        .to refused_with('IncompleteSignatureException', "Authorization header requires 'Signature' parameter.")
    end

    it 'of a credential without its scope' do
      headers = sign
      headers['authorization'] = headers['authorization'].sub(%r{/aws4_request}, '')
      expect(post(headers)).to refused_with('IncompleteSignatureException',
                                            a_string_starting_with('Credential must have'))
    end

    it 'of another algorithm' do
      headers = sign.merge('authorization' => 'Basic abc')
      expect(post(headers)).to refused_with('IncompleteSignatureException', "Unsupported AWS 'algorithm': 'Basic'.")
    end
  end
end
