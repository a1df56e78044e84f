# frozen_string_literal: true

# Every way to load credentials, for rake memcheck: in the process that valgrind watches, as what a fork does is not
# told. No spec, as the others fork and must not inherit what is loaded here.

require 'logger'
require 'shellwords'
require 'ruby_llm/bedrock_credentials'
require_relative '../support/aws_stand_in'

class EveryLoad
  include RubyLLM::BedrockCredentials

  SOURCES = %i[environment static_profile ecs_full_uri pod_identity web_identity web_identity_profile assume_role
               assume_role_chain sso login imds process].freeze
  # The same set at each load: keys, and what a login leaves in its file until it ends.
  SAME = %i[environment static_profile login].freeze
  FAULTS = %i[deny html truncated missing expired cut].freeze
  SIGNATURES = 25
  # So many that none of the chains is held any more.
  OTHERS = 70

  def initialize
    @aws = AwsStandIn.new
  end

  def call
    SOURCES.each { |source| within(source) { each_turn(chain(source), same: SAME.include?(source)) } }
    within(:none) { failure('no source') { chain(:none).credentials } }
    within(:pod_identity) { give_up(chain(:pod_identity)) }
    within(:none) { providers.each { |provider| each_turn(provider) } }
    drop
  ensure
    @aws.stop
  end

  private

  def within(source, &) = AwsStandIn::Environments.apply(@aws.environment(source), &)

  def chain(name) = DefaultCredentialsChain.new(region: "memcheck-#{name.to_s.tr('_', '-')}")

  def each_turn(provider, same: false)
    sets = sets(provider, same: same)
    ids = sets.map(&:access_key_id).uniq
    raise "#{provider.inspect}: #{ids.size} sets of #{sets.size}" unless ids.size == (same ? 1 : sets.size)

    SIGNATURES.times { RubyLLM::BedrockCredentials.sign(request, provider) }
    fail_each_way(provider) unless same
    [provider.source, provider.drain_events, provider.inspect, sets.first.inspect]
  end

  def sets(provider, same:)
    refreshed = Array.new(3) { provider.refresh!.then { provider.credentials } }
    provider.invalidate(refreshed.last)
    # A rejected set that is all there is stays rejected for a while.
    same ? refreshed : [*refreshed, provider.credentials]
  end

  def fail_each_way(provider)
    FAULTS.each do |kind|
      @aws.fault(:all, kind)
      failure(kind) { provider.refresh! }
      @aws.heal
    end
  end

  # Whoever hangs is given up, and what was begun is dropped.
  def give_up(chain)
    @aws.fault(:all, :hang)
    failure(:hang) { chain.refresh! }
    @aws.heal
  end

  def failure(what)
    yield
  rescue Error => e
    [e.message, e.full_message, e.inspect]
  else
    raise "no failure with #{what}"
  end

  def providers
    file = @aws.sts.web_identity.write(File.join(Dir.home, 'token'))
    user = @aws.account.issue_long_term
    role = role('base', user)
    [role, role('tenant', role), role('other', Class.new { define_method(:credentials) { user } }.new),
     WebIdentity.new(role_arn: arn('pod'), web_identity_token_file: file),
     ProcessCredentials.new(Shellwords.split(@aws.process.command(Dir.home)))]
  end

  def role(name, source) = AssumeRole.new(role_arn: arn(name), role_session_name: 'memcheck', source: source)

  def arn(name) = "arn:aws:iam::#{AwsStandIn::ACCOUNT_ID}:role/#{name}"

  def request
    @request ||= Request.new(http_method: 'POST', url: 'https://bedrock-runtime.us-west-2.amazonaws.com/model/m/converse',
                             body: '{"messages":[]}', region: 'us-west-2', service: 'bedrock')
  end

  def drop
    OTHERS.times { |number| chain("other-#{number}") }
    GC.start
    left = ObjectSpace.each_object(CredentialsProvider).count
    # Ruby's stack may still have a few.
    raise "#{left} providers are left" if left > 10
  end
end

RubyLLM.configure { |config| config.logger = Logger.new(File::NULL) }
EveryLoad.new.call
