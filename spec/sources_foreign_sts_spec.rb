# frozen_string_literal: true

require 'support/aws_stand_in/home'
require 'support/chat_child'
require 'support/moto_server'

# An STS that no one here wrote; botocore verifies what is signed.
RSpec.describe RubyLLM::BedrockCredentials::DefaultCredentialsChain, 'with the STS of moto' do
  before(:all) do
    MotoServer.require!(self)
    @moto = MotoServer.new(auth: true)
    @user = @moto.create_user
    @role_arn = @moto.create_role
  end

  after(:all) { @moto&.stop }

  let(:home) { AwsStandIn::Home.new }
  let(:environment) do
    ENV.keys.grep(/\AAWS_/).to_h { |name| [name, nil] }
       .merge(@moto.environment, 'HOME' => home.path, 'AWS_EC2_METADATA_DISABLED' => 'true')
  end
  # Asks who the credentials are of, signed by this gem.
  let(:whoami) { <<~RUBY }
    require 'net/http'
    url = ENV.fetch('AWS_ENDPOINT_URL_STS') + '/'
    body = 'Action=GetCallerIdentity&Version=2011-06-15'
    headers = { 'content-type' => 'application/x-www-form-urlencoded' }
    request = RubyLLM::BedrockCredentials::Request.new(http_method: 'POST', url: url, headers: headers, body: body,
                                                       region: 'us-west-2', service: 'sts')
    2.times { chain.refresh! }
    signed = RubyLLM::BedrockCredentials.sign(request, chain)
    [chain.source, Net::HTTP.post(URI(url), body, headers.merge(signed)).body[%r{<Arn>(.*?)</}, 1]]
  RUBY

  after { home.remove }

  def user_and_role(secret: @user.secret_access_key)
    home.config(<<~INI)
      [profile bedrock]
      role_arn = #{@role_arn}
      role_session_name = from-the-spec
      source_profile = user

      [profile user]
      aws_access_key_id = #{@user.access_key_id}
      aws_secret_access_key = #{secret}
    INI
    environment.merge('AWS_PROFILE' => 'bedrock')
  end

  it 'assumes a role, signed as botocore would' do
    report = ChatChild.run(user_and_role, whoami)
    expect(report['error']).to be_nil
    expect(report['value']).to match(['Profile(bedrock)', %r{:assumed-role/bedrock-role/from-the-spec\z}])
  end

  it 'is told why it may not, where the secret is wrong' do
    report = ChatChild.run(user_and_role(secret: 'wrong/secret'), whoami)
    expect(report['error']).to include('class' => 'RubyLLM::BedrockCredentials::CredentialsSourceError',
                                       'message' => match(/Profile\(bedrock\): failed: .*HTTP 403/))
    expect(report['error']['full_message']).not_to include('wrong/secret')
  end

  it 'assumes a role with a web identity' do
    variables = { 'AWS_ROLE_ARN' => @role_arn, 'AWS_ROLE_SESSION_NAME' => 'from-the-pod',
                  'AWS_WEB_IDENTITY_TOKEN_FILE' => home.write('token', 'header.claims.seal') }
    report = @moto.without_auth { ChatChild.run(environment.merge(variables), whoami) }
    expect(report['error']).to be_nil
    expect(report['value']).to match(['WebIdentityToken', %r{:assumed-role/bedrock-role/from-the-pod\z}])
  end
end
