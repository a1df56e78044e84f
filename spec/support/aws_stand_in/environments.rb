# frozen_string_literal: true

require_relative 'home'
require_relative 'profile_sources'
require_relative 'login_sources'

class AwsStandIn
  # For each source the environment of a process that has it, and only it, in a home directory of its own.
  # A nil takes a variable of the parent away, as in Process.spawn.
  class Environments
    include ProfileSources
    include LoginSources

    SOURCES = %i[environment static_profile assume_role assume_role_chain assume_role_with_imds
                 assume_role_with_container web_identity web_identity_profile sso sso_legacy process login
                 ecs ecs_full_uri pod_identity imds none].freeze
    # Where a process in an ECS task finds AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.
    ECS_HOST = '169.254.170.2'
    ROLE_ARN = "arn:aws:iam::#{ACCOUNT_ID}:role/bedrock-role".freeze

    # Puts an environment in force for the block, in this process.
    def self.apply(environment)
      before = ENV.to_h.slice(*environment.keys)
      ENV.update(environment)
      yield
    ensure
      environment.each_key { |name| ENV[name] = before[name] }
    end

    def initialize(stand_in)
      @stand_in = stand_in
      @homes = []
    end

    # @param host [String] the address the endpoints are reached at
    # @param options [Hash] of the source's own, see the method of its name
    def for(source, host: '127.0.0.1', **options)
      raise ArgumentError, "no source #{source.inspect}, only #{SOURCES.join(', ')}" unless SOURCES.include?(source)

      @homes << home = Home.new
      usual = { 'HOME' => home.path, 'AWS_REGION' => stand_in.region, 'AWS_EC2_METADATA_DISABLED' => 'true' }
      cleared.merge(endpoints(host), usual, send(source, home, host, **options))
    end

    def remove = @homes.each(&:remove)

    private

    attr_reader :stand_in

    # Whatever this process was started with must not reach the child: keys, profiles, proxies.
    def cleared = ENV.keys.grep(/\A(?:AWS|AMAZON)_|\A(?:https?|all|no)_proxy\z/i).to_h { |name| [name, nil] }

    def endpoints(host)
      url = stand_in.url(host)
      %w[STS SSO SSO_OIDC SIGNIN].to_h { |service| ["AWS_ENDPOINT_URL_#{service}", url] }
                                 .merge('AWS_EC2_METADATA_SERVICE_ENDPOINT' => url)
    end

    def none(_home, _host) = {}

    def imds(_home, _host) = { 'AWS_EC2_METADATA_DISABLED' => 'false' }

    # Needs the link-local address, see LinkLocal, or `ip address add 169.254.170.2/32 dev lo`.
    #
    # @raise [Errno::EADDRNOTAVAIL] without it
    def ecs(_home, _host)
      stand_in.server(ECS_HOST, port: 80)
      { 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI' => ContainerCredentials::ECS_PATH,
        'AWS_CONTAINER_AUTHORIZATION_TOKEN' => stand_in.container.authorization.token }
    end

    def ecs_full_uri(_home, host)
      { 'AWS_CONTAINER_CREDENTIALS_FULL_URI' => stand_in.url(host) + ContainerCredentials::ECS_PATH,
        'AWS_CONTAINER_AUTHORIZATION_TOKEN' => stand_in.container.authorization.token }
    end

    # The token's file comes with the home directory and is rewritten by `stand_in.container.authorization.rotate`.
    def pod_identity(home, host)
      { 'AWS_CONTAINER_CREDENTIALS_FULL_URI' => stand_in.url(host) + ContainerCredentials::POD_IDENTITY_PATH,
        'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE' => stand_in.container.authorization.write(home.file('pod-token')) }
    end

    # The token's file is rewritten by `stand_in.sts.web_identity.rotate`.
    def web_identity(home, _host)
      { 'AWS_ROLE_ARN' => ROLE_ARN, 'AWS_ROLE_SESSION_NAME' => 'bedrock-session',
        'AWS_WEB_IDENTITY_TOKEN_FILE' => stand_in.sts.web_identity.write(home.file('web-identity-token')) }
    end
  end
end
