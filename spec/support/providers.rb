# frozen_string_literal: true

require 'uri'
require_relative 'child'

# A source that is a Ruby object of someone else's, and that counts who asks it.
class CountingSource
  attr_reader :threads

  # @yieldreturn [#access_key_id] or raises
  def initialize(&give)
    @give = give
    @threads = []
  end

  def credentials
    @threads << Thread.current
    @give.call
  end

  def reads = @threads.size
end

# The gem's providers of one source each, beside AWS's stand-in, in a process of their own.
RSpec.shared_context 'with providers in a child' do
  include_context 'with a chain in a child'

  let(:assumed) { :sts_assume_role }

  def self.errors = RubyLLM::BedrockCredentials

  def arn(name) = "arn:aws:iam::#{AwsStandIn::ACCOUNT_ID}:role/#{name}"

  # An IAM user, as a provider that is not this gem's.
  def user = aws.account.issue_long_term

  def role(name = 'tenant', source: user, **options)
    RubyLLM::BedrockCredentials::AssumeRole.new(role_arn: arn(name), role_session_name: 'spec', source: source,
                                                **options)
  end

  def web_identity(**options)
    file = aws.sts.web_identity.write(File.join(Dir.home, 'token'))
    RubyLLM::BedrockCredentials::WebIdentity.new(role_arn: arn('pod'), web_identity_token_file: file, **options)
  end

  def process
    RubyLLM::BedrockCredentials::ProcessCredentials.new(Shellwords.split(aws.process.command(Dir.home)))
  end

  # What STS was asked for, but for the token.
  def forms(operation = assumed)
    aws.journal.requests(operation).map { |request| URI.decode_www_form(request.body).to_h }
  end

  # Who asked STS.
  def askers = aws.journal.requests(assumed).map { |request| request['authorization'][/Credential=(\w+)/, 1] }

  def roles_of(access_key_ids) = access_key_ids.map { |id| aws.sts.role_of(id)&.split('/')&.last }

  def with(provider, **options) = context_with(bedrock_credentials_provider: provider, max_retries: 0, **options)
end
