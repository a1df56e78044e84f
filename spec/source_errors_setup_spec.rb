# frozen_string_literal: true

require 'support/chat_child/peers'
require 'support/planted_secrets'

# What a person set up wrong, or let expire; each in a process of its own.
RSpec.describe RubyLLM::BedrockCredentials::Error, 'of a source that is set up wrong' do
  canary = PlantedSecrets::CANARY
  role = 'role_arn = arn:aws:iam::123456789012:role/bedrock'
  # The text of ~/.aws/config, and what is said of it.
  profiles = {
    'a section without end' => ["[profile bedrock\n", %r{/\.aws/config on line 1: Profile definition must end}],
    'a line without =' => ["[profile bedrock]\naws_secret_access_key #{canary}\n",
                           %r{/\.aws/config on line 2: Expected}],
    'a line before any section' => ["#{canary} = x\n", %r{/\.aws/config on line 1: Expected a profile definition}],
    'a name that no profile has' => ["[profile bedrok]\nregion = us-west-2\n",
                                     %r{"bedrock" \(from AWS_PROFILE\) is neither in ~/\.aws/config nor in}],
    'a role without a source' => ["[profile bedrock]\n#{role}\n",
                                  /must contain `source_profile` or `credential_source`/],
    'a role with a source that does not exist' => ["[profile bedrock]\n#{role}\nsource_profile = usr\n",
                                                   /could not find source profile usr/],
    'a role with a source that has no keys' => ["[profile bedrock]\n#{role}\nsource_profile = b\n[profile b]\na = b\n",
                                                /profile `b` did not contain credential information/],
    'roles in a circle' => ["[profile bedrock]\n#{role}\nsource_profile = b\n[profile b]\n#{role}\n" \
                            "source_profile = bedrock\n", /infinite loop/],
    'a credential_source that does not exist' => ["[profile bedrock]\n#{role}\ncredential_source = Ec2\n", /`Ec2`/],
    'half of the keys' => ["[profile bedrock]\naws_secret_access_key = #{canary}\n", /missing aws_access_key_id/],
    'an sso-session that does not exist' => ["[profile bedrock]\nsso_session = gone\nsso_account_id = 1\n" \
                                             "sso_role_name = x\n", /sso-session named `gone`/],
    'half of SSO' => ["[profile bedrock]\nsso_start_url = https://example.com\n", /`sso_region` was missing/]
  }
  sso = /log in again with: aws sso login --profile bedrock$/
  login = /log in again with: aws login --profile bedrock$/
  # The source, what becomes of its environment or home, and what is said of it.
  others = {
    'an SSO token that expired, for good' => [:sso, { token_lifetime: -1, refreshable: false }, nil, sso],
    'a legacy SSO token that expired' => [:sso_legacy, { token_lifetime: -1 }, nil, sso],
    'no SSO token' => [:sso, {}, ->(home) { FileUtils.rm_r("#{home}/.aws/sso") }, sso],
    'a broken SSO token' => [:sso, {}, ->(home) { spoil("#{home}/.aws/sso/cache/*", canary) }, sso],
    'an SSO session that was ended' => [:sso, { ended: true }, nil, sso],
    'a login that was ended' => [:login, { ended: true }, nil, login],
    'no login' => [:login, {}, ->(home) { FileUtils.rm_r("#{home}/.aws/login") }, login],
    'a broken login' => [:login, {}, ->(home) { spoil("#{home}/.aws/login/cache/*", canary) }, login],
    "a pod's token that is not there" => [:pod_identity, {}, ->(home) { File.delete("#{home}/pod-token") },
                                          /AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: cannot read .*No such file/],
    "a pod's token that is a directory" => [:pod_identity, {}, ->(home) { directory("#{home}/pod-token") },
                                            /AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: cannot read .*directory/],
    "a pod's token that is empty" => [:pod_identity, {}, ->(home) { File.write("#{home}/pod-token", '') },
                                      /EcsContainer: failed/],
    "a pod's token with a line end" => [:pod_identity, {},
                                        ->(home) { File.write("#{home}/pod-token", "\n", mode: 'a') },
                                        /auth token could not be used/],
    'a web identity that is not there' => [:web_identity, {}, ->(home) { File.delete("#{home}/web-identity-token") },
                                           /AWS_WEB_IDENTITY_TOKEN_FILE: cannot read .*No such file/],
    'an empty web identity' => [:web_identity, {}, ->(home) { File.write("#{home}/web-identity-token", '') },
                                /HTTP 400/],
    'a web identity with a line end' => [:web_identity, {},
                                         ->(home) { File.write("#{home}/web-identity-token", "\n", mode: 'a') },
                                         /HTTP 400/]
  }

  before(:all) do
    @peers = { false => ChatChild::Peers.new, true => ChatChild::Peers.new }
    @environments = profiles.transform_values { |text, _| profile(text) }
                            .merge(others.transform_values { |source, options, edit,| other(source, edit, **options) })
    @peers[true].aws.sso.log_out
    @peers[true].aws.signin.log_out
    @reports = ChatChild.run_each(@environments, "chat.ask('Hi')")
    puts format('%<count>d faults of set-up; the slowest error came after %<slowest>.1f s',
                count: @reports.size, slowest: @reports.values.map { |report| report['seconds'] }.max)
  end

  after(:all) { @peers.each_value(&:stop) }

  def profile(text)
    environment = @peers[false].environment(:none)
    FileUtils.mkdir_p("#{environment['HOME']}/.aws")
    File.write("#{environment['HOME']}/.aws/config", text)
    environment.merge('AWS_PROFILE' => 'bedrock')
  end

  def other(source, edit, ended: false, **options)
    @peers[ended].environment(source, **options).tap { |environment| instance_exec(environment['HOME'], &edit) if edit }
  end

  def spoil(pattern, text) = Dir.glob(pattern).each { |path| File.write(path, %({"accessToken":"#{text}", broken)) }

  def directory(path) = File.delete(path) && Dir.mkdir(path)

  profiles.merge(others).each do |name, row|
    it "names #{name}, and shows no secret" do
      report = @reports.fetch(name)
      expect(report['error']).to include('class' => 'RubyLLM::BedrockCredentials::CredentialsSourceError',
                                         'ruby_llm' => true, 'message' => match(row.last))
      texts = [*report['error'].values_at('message', 'full_message', 'inspect'), report['log']]
      [true, false].each do |ended|
        expect(PlantedSecrets.shown(texts, @peers[ended].aws, [@environments.fetch(name)])).to eq([])
      end
    end
  end

  it 'would find a secret that is shown' do
    environment = @environments.fetch("a pod's token that is empty")
    secret = @peers[false].aws.account.issue.session_token
    expect(PlantedSecrets.shown(["x#{secret[40, 60]}x"], @peers[false].aws, [environment])).to eq([secret])
  end

  it 'is not answered by another source' do
    expect(@peers.values.map { |peers| peers.bedrock.requests }).to eq([0, 0])
  end
end
