# frozen_string_literal: true

require 'pathname'
require 'ruby_llm/bedrock_credentials'

RSpec.describe RubyLLM::BedrockCredentials, 'the arguments of its providers' do
  secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARY'
  role = { role_arn: 'arn:aws:iam::123456789012:role/path/tenant', role_session_name: 'tenant-42' }

  describe described_class::AssumeRole do
    {
      { role_arn: nil } => /role_arn must be a String, not nil/,
      { role_arn: 'tenant' } => /role_arn must be 20 to 2048 characters, the ARN of a role, such as arn:aws/,
      { role_arn: "#{role[:role_arn]}\n" } => /role_arn must be/,
      { role_arn: 'arn:aws:iam::123456789012:user/someone' } => /role_arn must be/,
      { role_arn: 'arn:aws:iam::123456789012:role/a path/tenant' } => /role_arn must be/,
      { role_arn: "arn:aws:iam::123456789012:role/a\u007F/tenant" } => /role_arn must be/,
      { role_arn: 'arn:aws:iam::123456789012:role/größe/tenant' } => /role_arn must be/,
      { role_arn: 'arn:aws:iam::123456789012:role/path/' } => /role_arn must be/,
      { role_arn: 'arn:aws:iam::123456789012:role/path/ten:ant' } => /role_arn must be/,
      { role_arn: "arn:aws:iam::123456789012:role/#{'x' * 65}" } => /role_arn must be/,
      { role_session_name: 'x' } => /role_session_name must be 2 to 64 characters, of letters/,
      { role_session_name: 'a b' } => /role_session_name/,
      { role_session_name: 'x' * 65 } => /role_session_name/,
      { role_session_name: :tenant } => /role_session_name must be a String, not Symbol/,
      { external_id: 'x' } => /external_id must be 2 to 1224/,
      { external_id: "#{secret}?" } => /external_id must be/,
      { duration_seconds: 899 } => /duration_seconds must be an Integer from 900 to 43200/,
      { duration_seconds: 43_201 } => /duration_seconds/,
      { duration_seconds: '3600' } => /duration_seconds/,
      { policy: '{' } => /policy is not valid JSON/,
      { policy: '[]' } => /policy must be a JSON object/,
      { policy: { a: 'x' * 2048 } } => /policy must be 1 to 2048 characters/,
      { policy: :none } => /policy must be a String, not Symbol/,
      { policy_arns: 'arn' } => /policy_arns must be an Array of 10 at most/,
      { policy_arns: ['arn'] } => /each of policy_arns must be 20 to 2048/,
      { policy_arns: [{ name: secret }] } => /policy_arns has an element without, or with more than, arn/,
      { tags: 'Tenant=acme' } => /tags must be an Array/,
      { tags: { 'Tenant' => 1 } } => /each value of tags must be a String, not Integer/,
      { tags: { '' => 'x' } } => /each key of tags must be 1 to 128/,
      { tags: { 'a' => 'x' * 257 } } => /each value of tags must be 0 to 256/,
      { tags: { 'a' => "\u{1F600}" } } => /each value of tags must be/,
      { tags: { 'Tenant' => 'a', 'tenant' => 'b' } } => /tags has a key twice/,
      { tags: [{ key: 'a' }] } => /tags has an element without, or with more than, key and value/,
      { tags: Array.new(51) { |n| { key: "k#{n}", value: '' } } } => /tags must be an Array of 50/,
      { transitive_tag_keys: [''] } => /each of transitive_tag_keys/,
      { source_identity: 'x' } => /source_identity must be 2 to 64/,
      { region: '' } => /region must be .*the code of an AWS region/,
      { region: 'us west' } => /region/,
      { source: Object.new } => /source must respond to #credentials, and Object does not/,
      { token_code: '123456' } => /unknown keyword: :token_code/,
      { external_id: "\xFF\xFE".b } => /external_id is not valid UTF-8/
    }.each do |wrong, message|
      it "are refused where #{wrong.inspect.delete("\n")[0, 60].tr("\u{1F600}", '?').scrub('?')}" do
        expect { described_class.new(**role, **wrong) }
          .to raise_error(ArgumentError) { |error|
            expect(error.message).to match(message)
            expect(error.message).not_to include('CANARY')
          }
      end
    end

    it 'are needed: a role and the name of its session' do
      expect { described_class.new }.to raise_error(ArgumentError, /missing keywords: :role_arn, :role_session_name/)
    end

    it 'are taken at the limits of STS' do
      limits = { role_arn: 'arn:aws-us-gov:iam::123456789012:role/+=,.@-_', role_session_name: '=,.@-_+' * 9,
                 external_id: '/:' * 612, duration_seconds: 43_200, policy: { a: 'ÿ' * 2040 },
                 policy_arns: ['arn:aws:iam::aws:policy/job-function/Billing'] * 10, region: 'us-gov-west-1',
                 tags: (1..50).to_h { |n| ["Schlüssel #{n}", 'ß' * 256] }, transitive_tag_keys: ['Schlüssel 1'],
                 source_identity: 'al', source: described_class.new(**role) }
      expect { described_class.new(**limits) }.not_to raise_error
    end

    it 'are taken with every character that the path of a role may have' do
      arn = "arn:aws:iam::123456789012:role/#{('!'..'~').to_a.join}/tenant"
      expect(described_class.new(**role, role_arn: arn).role_arn).to eq(arn)
    end

    it 'are copied: what becomes of the strings afterwards changes nothing' do
      name = +'tenant-1'
      provider = described_class.new(role_arn: role[:role_arn].dup, role_session_name: name)
      expect(provider.role_session_name).to be_frozen
      expect(name).not_to be_frozen
    end
  end

  describe described_class::WebIdentity do
    {
      { web_identity_token_file: nil } => /web_identity_token_file must be a String, not nil/,
      { web_identity_token_file: ' ' } => /web_identity_token_file must be .* not blank/,
      { web_identity_token: 'x' } => /unknown keyword: :web_identity_token/,
      { role_session_name: '/' } => /role_session_name/,
      { provider_id: '' } => /provider_id/
    }.each do |wrong, message|
      it "are refused where #{wrong.inspect}" do
        expect { described_class.new(role_arn: role[:role_arn], web_identity_token_file: '/token', **wrong) }
          .to raise_error(ArgumentError, message)
      end
    end

    it 'are a role and a file; the name of the session is made up' do
      names = Array.new(2) do
        described_class.new(role_arn: role[:role_arn], web_identity_token_file: Pathname('/t')).role_session_name
      end
      expect(names.uniq.size).to eq(2)
    end
  end

  describe described_class::Profile do
    it 'are a name that is not blank, or none' do
      expect { described_class.new(profile_name: ' ') }.to raise_error(ArgumentError, /profile_name must be/)
      expect { described_class.new(path: '/x') }.to raise_error(ArgumentError, /unknown keyword: :path/)
      expect([described_class.new.inspect, described_class.new(profile_name: 'dev').inspect])
        .to eq(["#<#{described_class} profile_name=nil>", %(#<#{described_class} profile_name="dev">)])
    end
  end

  describe described_class::ProcessCredentials do
    [nil, [], ['sh', 1], [''], '', ["sh\0"], ['sh', "a\0b"]].each do |wrong|
      it "are refused where #{wrong.inspect}" do
        expect { described_class.new(wrong) }.to raise_error(ArgumentError, /process/)
      end
    end

    it 'are not shown' do
      expect(described_class.new(['vault', secret]).inspect).to eq("#<#{described_class}>")
    end
  end

  it 'cannot make the class that they have in common' do
    expect { described_class::CredentialsProvider.new }.to raise_error(TypeError, /allocator undefined/)
    expect { described_class::AssumeRole.build(:role, {}, nil) }.to raise_error(NoMethodError, /private/)
  end

  it 'make what is neither dumped nor copied' do
    provider = described_class::Profile.new
    expect { Marshal.dump(provider) }.to raise_error(TypeError)
    expect { provider.dup }.to raise_error(TypeError)
  end
end
