# frozen_string_literal: true

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
