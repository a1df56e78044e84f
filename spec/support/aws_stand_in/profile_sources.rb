# frozen_string_literal: true

class AwsStandIn
  # The sources that are keys, or a profile that leads to a role or a process.
  module ProfileSources
    private

    # @param set [BedrockStandIn::CredentialSet] the keys, which do not rotate
    def environment(_home, _host, set: stand_in.account.issue(lifetime: stand_in.lifetime))
      { 'AWS_ACCESS_KEY_ID' => set.access_key_id, 'AWS_SECRET_ACCESS_KEY' => set.secret_access_key,
        'AWS_SESSION_TOKEN' => set.session_token }
    end

    # @param set see #environment
    # @param profile [String] the name of the profile, and the value of AWS_PROFILE
    def static_profile(home, _host, set: stand_in.account.issue(lifetime: stand_in.lifetime), profile: 'default')
      home.credentials(keys(profile, set))
      { 'AWS_PROFILE' => profile }
    end

    def assume_role(home, _host)
      user(home)
      profile(home, "role_arn = #{role}", 'source_profile = user')
    end

    # Two roles, one after the other.
    def assume_role_chain(home, _host)
      user(home)
      home.config(<<~INI)
        [profile bedrock]
        region = #{stand_in.region}
        role_arn = #{role}
        source_profile = between

        [profile between]
        region = #{stand_in.region}
        role_arn = #{role}-between
        source_profile = user
      INI
      { 'AWS_PROFILE' => 'bedrock' }
    end

    def assume_role_with_imds(home, host)
      imds(home, host).merge(profile(home, "role_arn = #{role}", 'credential_source = Ec2InstanceMetadata'))
    end

    def assume_role_with_container(home, host)
      ecs_full_uri(home, host).merge(profile(home, "role_arn = #{role}", 'credential_source = EcsContainer'))
    end

    def web_identity_profile(home, _host)
      token = stand_in.sts.web_identity.write(home.file('web-identity-token'))
      profile(home, "role_arn = #{role}", "web_identity_token_file = #{token}", 'role_session_name = bedrock-session')
    end

    # @param command [String] other than the one that asks the stand-in
    def process(home, _host, command: stand_in.process.command(home.path))
      profile(home, "credential_process = #{command}")
    end

    def role = Environments::ROLE_ARN

    # An IAM user, whose keys do not expire.
    def user(home) = home.credentials(keys('user', stand_in.account.issue_long_term))

    def keys(profile, set)
      ["[#{profile}]", "aws_access_key_id = #{set.access_key_id}", "aws_secret_access_key = #{set.secret_access_key}",
       *("aws_session_token = #{set.session_token}" if set.session_token), ''].join("\n")
    end

    def profile(home, *lines)
      home.config(['[profile bedrock]', "region = #{stand_in.region}", *lines, ''].join("\n"))
      { 'AWS_PROFILE' => 'bedrock' }
    end
  end
end
