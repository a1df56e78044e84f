# frozen_string_literal: true

require 'support/chat_child/peers'

# For every source a process of its own that has it and only it, and sets that live for seconds.
RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'chatting across rotations' do
  # Long enough that a request is not late when the machine is busy.
  lifetime = 6
  sets = 3
  script = "[chat_across(#{sets}, pause: 0.5), chain.source]"
  sts = { 'sts_assume_role' => 1 }
  imds = { 'imds_token' => 1, 'imds_role' => 1, 'imds_credentials' => 1 }
  container = { 'container_credentials' => 1 }
  # What each answers to, and the requests that one set takes.
  cases = {
    [:assume_role] => ['Profile(bedrock)', sts],
    [:assume_role_chain] => ['Profile(bedrock)', { 'sts_assume_role' => 2 }],
    [:assume_role_with_imds] => ['Profile(bedrock)', imds.merge(sts)],
    [:assume_role_with_container] => ['Profile(bedrock)', container.merge(sts)],
    [:web_identity] => ['WebIdentityToken', { 'sts_assume_role_with_web_identity' => 1 }],
    [:web_identity_profile] => ['Profile(bedrock)', { 'sts_assume_role_with_web_identity' => 1 }],
    [:sso] => ['Profile(bedrock)', { 'sso_get_role_credentials' => 1 }],
    [:sso_legacy] => ['Profile(bedrock)', { 'sso_get_role_credentials' => 1 }],
    [:process] => ['Profile(bedrock)', { 'process_credentials' => 1 }],
    [:login] => ['Profile(bedrock)', { 'signin_create_token' => 1 }],
    [:ecs_full_uri] => ['EcsContainer', container],
    [:ecs_full_uri, { host: '::1' }] => ['EcsContainer', container],
    [:pod_identity] => ['EcsContainer', container],
    [:pod_identity, { host: '::1' }] => ['EcsContainer', container],
    [:imds] => ['Ec2InstanceMetadata', imds],
    [:imds, { host: '::1' }] => ['Ec2InstanceMetadata', imds]
  }

  before(:all) do
    jobs = cases.keys.to_h { |source, options| [[source, options].compact, -> { rotate(source, options, script) }] }
    jobs[:renewed] = -> { rotate(:sso, { token_lifetime: -1 }, script) }
    jobs[:task] = -> { ChatChild.run({}, task, command: %w[unshare --net]).fetch('value') } if Process.uid.zero?
    @reports = ChatChild.each_at_once(jobs, width: 9)
  end

  define_method(:task) { <<~RUBY }
    require 'support/chat_child/peers'
    AwsStandIn::LinkLocal.assign
    ChatChild::Peers.open(lifetime: #{lifetime}) { |peers| peers.run(peers.environment(:ecs), #{script.inspect}) }
  RUBY

  define_method(:rotate) do |source, options, script|
    ChatChild::Peers.open(lifetime: lifetime) do |peers|
      # The kubelet's tokens are replaced every now and then; the one before is no longer good.
      peers.on_new_set { [peers.aws.container.authorization, peers.aws.sts.web_identity].each(&:rotate) } if
        %i[pod_identity web_identity web_identity_profile].include?(source)
      peers.run(peers.environment(source, **options || {}), script)
    end
  end

  cases.each do |source, (name, calls)|
    title = source.map { |part| part.is_a?(Hash) ? "over #{part[:host]}" : part }.join(' ')

    describe title do
      let(:report) { @reports.fetch(source) }
      let(:loads) { report['calls'].values_at(*calls.keys).zip(calls.values).map { |seen, each| seen.fdiv(each) } }

      it 'has every request accepted, with each set in its turn' do
        expect(report['error']).to be_nil
        expect(report['value'].first.size).to eq(sets)
        expect(report['rejections']).to eq({})
        expect(report['signed_with'].first(sets)).to eq(report['value'].first)
      end

      it "says that #{name} answered, which was asked as it wants to be" do
        expect(report['value'].last).to eq(name)
        expect(report['refusals']).to eq([])
      end

      it 'asks once for each set, and no one else' do
        expect(report['calls'].keys).to match_array(calls.keys)
        # One more where it was about to rotate again when the last request was made.
        expect(loads).to all(be_between(sets, sets + 1))
      end
    end
  end

  it 'renews an access token of SSO that has expired, once, and keeps it where AWS keeps it' do
    report = @reports.fetch(:renewed)
    expect(report).to include('error' => nil, 'rejections' => {}, 'refusals' => [])
    expect(report['calls']['oidc_create_token']).to eq(1)
  end

  it 'finds the container of an ECS task by its relative URI, at the address a task has' do
    skip 'only root can give a process 169.254.170.2' unless Process.uid.zero?
    report = @reports.fetch(:task)
    expect(report).to include('error' => nil, 'rejections' => {}, 'refusals' => [])
    expect(report['value']).to match([have_attributes(size: sets), 'EcsContainer'])
    expect(report['calls']).to match('container_credentials' => be_between(sets, sets + 1))
  end
end
