# frozen_string_literal: true

require_relative 'support/plain_ruby_llm'
require_relative 'support/signing_scenarios'
require_relative 'support/with_bedrock'

# What RubyLLM's own signer gets wrong is right with the gem, for static keys too. Each example runs
# RubyLLM without the gem as well and sees it fail: so the stand-in is as strict as AWS, and an
# example that no longer fails upstream shows itself.
RSpec.describe RubyLLM::BedrockCredentials, 'where RubyLLM signs wrongly' do
  include_context 'with Bedrock'

  # RubyLLM 2 signs each attempt over what is about to be sent, and has mended some of its signer so.
  signs_each_attempt = RubyLLM.const_defined?('Transport::SigningMiddleware')

  # A blank option is none to some; what RubyLLM 2's own provider returns is signed as it is.
  signs_blank_tokens = RubyLLM::Configuration.method_defined?(:bedrock_credential_provider) ||
                       RubyLLM::Configuration.new.tap { |config| config.bedrock_session_token = '' }
                                             .bedrock_session_token

  # RubyLLM never signs the content type, which is not a defect to AWS.
  let(:stand_in_options) { { signed_content_type: false } }
  let(:keys) { static_keys(stand_in.account.issue) }

  # Without a port in its URL plain RubyLLM gets past its defect with ports, to the one in question.
  let(:portless) { "http://bedrock-runtime.#{stand_in.region}.amazonaws.com" }

  def verdicts
    stand_in.log.map(&:verdict)
  end

  def sent(name)
    stand_in.log.map { |entry| entry.headers[name] }
  end

  def with_gem(scenario)
    SigningScenarios.public_send(scenario, stand_in.url, keys)
  end

  # @return [String] what it printed, for the message of an expectation
  def without_gem(scenario)
    PlainRubyLLM.run(scenario, portless, keys, proxy: stand_in.proxy_url)
  end

  %i[asterisk space duplicate_keys asterisk_in_a_path own_amz_header own_host_header].each do |scenario|
    it "signs what is sent: #{scenario.to_s.tr('_', ' ')}" do
      with_gem(scenario)
      expect(verdicts).to eq([:accepted])
      stand_in.reset

      output = without_gem(scenario)
      expect(verdicts.size).to eq(1), output
      expect(verdicts).not_to include(:accepted), output
    end
  end

  # As Faraday sends them, RubyLLM signs these rightly.
  %i[plus tilde semicolon unsorted_keys].each do |scenario|
    it "goes on signing what is sent: #{scenario.to_s.tr('_', ' ')}" do
      with_gem(scenario)
      output = without_gem(scenario)
      expect(verdicts).to eq(%i[accepted accepted]), output
    end
  end

  it 'signs the host with its port' do
    with_gem(:listing)
    output = PlainRubyLLM.run(:listing, stand_in.url, keys)
    expect(verdicts).to eq([:accepted, 'InvalidSignatureException']), output
  end

  context 'with a path in the base URL' do
    let(:stand_in_options) { { signed_content_type: false, prefix: '/gw' } }

    it 'signs the path that is sent' do
      SigningScenarios.base_with_a_path(stand_in.url.delete_suffix('/gw'), keys)
      output = without_gem(:base_with_a_path)
      expect(verdicts).to eq([:accepted, 'InvalidSignatureException']), output
    end
  end

  describe 'an Authorization header of the caller' do
    it 'is refused before anything is sent' do
      expect { with_gem(:own_authorization_header) }
        .to raise_error(ArgumentError, /Authorization header of your own.*with_headers/)
      expect(stand_in.requests).to eq(0)
    end

    if signs_each_attempt
      it 'is dropped by RubyLLM alone, without a word' do
        expect(without_gem(:own_authorization_header)).to eq("done\n")
        expect(verdicts).to eq([:accepted])
      end
    else
      it 'is sent by RubyLLM alone, with the other half of its signature' do
        output = without_gem(:own_authorization_header)
        expect([sent('authorization'), sent('x-amz-security-token')])
          .to eq([['Bearer abc'], [keys[:bedrock_session_token]]]), output
      end
    end
  end

  describe 'a session token' do
    context 'that is blank' do
      let(:keys) { static_keys(stand_in.account.issue_long_term) }

      it 'is none' do
        with_gem(:blank_token)
        output = without_gem(:blank_token)
        expect(verdicts).to eq([:accepted, signs_blank_tokens ? 'UnrecognizedClientException' : :accepted]), output
        expect(sent('x-amz-security-token')).to eq([nil, ('' if signs_blank_tokens)])
      end
    end

    context 'with blanks around it' do
      let(:keys) { super().merge(bedrock_session_token: " \t#{super()[:bedrock_session_token]} ") }

      it 'is sent as it is signed, without them' do
        with_gem(:chatting)
        expect(verdicts).to eq([:accepted])
        expect(stand_in.log.last.raw_headers.to_h.values).to all(match(/\A\S.*\S\z|\A\S\z/))
      end
    end
  end

  it 'signs a retried request anew', :retried_post do
    stand_in.fail_next(status: 503)
    output = without_gem(:retried)
    expect(verdicts).to eq(%i[accepted accepted]), output
    expect(sent('x-amz-date').uniq.size).to eq(signs_each_attempt ? 2 : 1)

    stand_in.reset
    stand_in.fail_next(status: 503)
    reads = credentials_provider.reads
    chat(context_with(bedrock_credentials_provider: credentials_provider, max_retries: 1)).ask('Hello?')
    expect([sent('x-amz-security-token').uniq.size, credentials_provider.reads - reads]).to eq([2, 2])
  end

  it 'serializes a body once, in a chat and in a stream' do
    expect(without_gem(:counted_body)).to eq(signs_each_attempt ? "1\n" : "2\n")
    expect([with_gem(:counted_body), with_gem(:counted_stream)]).to eq([1, 1])
  end
end
