# frozen_string_literal: true

require 'open3'
require 'rbconfig'

RSpec.describe RubyLLM::BedrockCredentials, 'in a Ractor' do
  # In a process of its own: a Ractor changes how the whole process locks.
  def in_ractor(body, *given)
    program = <<~RUBY
      require 'ruby_llm/bedrock_credentials'
      Warning[:experimental] = false
      set = RubyLLM::BedrockCredentials::Credentials.new(access_key_id: 'AKIDEXAMPLE', secret_access_key: 'secret')
      ractor = Ractor.new(#{['set', *given].join(', ')}) do |set, given|
        #{body}
      rescue StandardError => e
        "\#{e.class}: \#{e.message}"
      end
      puts ractor.respond_to?(:value) ? ractor.value : ractor.take
    RUBY
    output, status = Open3.capture2e(RbConfig.ruby, '-Ilib', '-e', program)
    expect(status).to be_success, output
    output.lines.last.to_s.chomp
  end

  it 'says that it signs in the main one alone' do
    answer = in_ractor(<<~RUBY)
      request = RubyLLM::BedrockCredentials::Request.new(http_method: 'GET', url: 'https://bedrock.us-west-2.amazonaws.com/',
                                                         region: 'us-west-2')
      RubyLLM::BedrockCredentials.sign(request, set)
    RUBY
    expect(answer).to match(/\ARactor::UnsafeError: RubyLLM::BedrockCredentials.sign works in the main Ractor alone/)
  end

  it 'says that it makes a chain in the main one alone' do
    expect(in_ractor('RubyLLM::BedrockCredentials::DefaultCredentialsChain.new'))
      .to match(/\ARactor::UnsafeError: .*DefaultCredentialsChain.new works in the main Ractor/)
  end

  it 'takes a set of credentials there, and a signature' do
    signature = "RubyLLM::BedrockCredentials.sign(RubyLLM::BedrockCredentials::Request.new(http_method: 'GET', " \
                "url: 'https://bedrock.us-west-2.amazonaws.com/', region: 'us-west-2'), set)"
    expect(in_ractor('[set.access_key_id, set.set?, given.key?("authorization")].inspect', signature))
      .to eq('["AKIDEXAMPLE", true, true]')
  end
end
