# frozen_string_literal: true

require 'tempfile'
require_relative 'chat_child/peers'
require_relative 'doctor_child'
require_relative 'planted_secrets'

# Sources and a Bedrock for the doctor to ask, over real sockets. Whatever it is asked for, no secret may be in what it
# wrote.
RSpec.shared_context 'with a doctor' do
  attr_reader :peers

  before { @peers = ChatChild::Peers.new }

  after { peers.stop }

  def aws = peers.aws
  def bedrock = peers.bedrock

  # @param source [Symbol, Hash] see AwsStandIn::Environments::SOURCES; or an environment
  # @return [DoctorChild::Run]
  def doctor(source, *arguments, **environment)
    visit(source, environment) { |variables| DoctorChild.run(variables, *arguments) }
  end

  def doctor_in_terminal(source, *arguments, columns: 80, **environment)
    visit(source, environment) { |variables| DoctorChild.run_in_terminal(variables, *arguments, columns: columns) }
  end

  # An application, loaded by --require.
  #
  # @param body [String] of RubyLLM.configure
  # @param before [String] that block
  # @return [DoctorChild::Run]
  def examine(body, *arguments, source: :none, before: '', **environment)
    Tempfile.create(['application', '.rb']) do |file|
      file.write("require 'ruby_llm-bedrock_credentials'\n#{before}\nRubyLLM.configure do |config|\n#{body}\nend\n")
      file.close
      doctor(source, '--require', file.path, *arguments, **environment)
    end
  end

  # As an application has it; the set is written into its environment.
  def keys_from_env = "access_key_id: ENV['A'], secret_access_key: ENV['B'], session_token: ENV['C']"

  def set_in_env(set = aws.account.issue)
    { 'A' => set.access_key_id, 'B' => set.secret_access_key, 'C' => set.session_token }
  end

  def region = "config.bedrock_region = 'us-west-2'"

  # A provider that has the set of the environment and nothing else.
  def own(more = '')
    'config.bedrock_credentials_provider = ' \
      "RubyLLM::BedrockCredentials::Credentials.new(#{keys_from_env}#{more})"
  end

  # @return [Array<String>] the arguments that have it ask the Bedrock of here
  def verify(stand_in = bedrock) = ['--verify', '--endpoint-url', stand_in.url]

  def environment(source) = source.is_a?(Hash) ? source : aws.environment(source)

  def keys(set)
    { 'AWS_ACCESS_KEY_ID' => set.access_key_id, 'AWS_SECRET_ACCESS_KEY' => set.secret_access_key,
      'AWS_SESSION_TOKEN' => set.session_token }.compact
  end

  def visit(source, more)
    variables = environment(source).merge(more.transform_keys(&:to_s))
    yield(variables).tap { |run| expect(PlantedSecrets.shown([run.text], aws, [variables])).to eq([]) }
  end
end
