# frozen_string_literal: true

require 'json'

# Everything of an AwsStandIn and of its children's environments that no message may show: found by its looks in
# variables, in files, in requests and in what was answered.
module PlantedSecrets
  # For commands, URLs and bodies that have room for one.
  CANARY = 'Canary7NeverToBeShown42aAbBcC'
  LONG = %r{[\w+/=.-]{24,}}
  MIXED = [/[a-z]/, /[A-Z]/, /\d/].freeze
  # So that one that was cut short is found, too.
  PIECE = 16

  class << self
    # @return [Array<String>] the secrets that `texts` show, in part or whole
    def shown(texts, aws, environments)
      text = texts.join("\n")
      all(aws, environments).select { |secret| pieces(secret).any? { |piece| text.include?(piece) } }
    end

    # @return [Array<String>]
    def all(aws, environments)
      texts = environments.flat_map { |environment| variables(environment) + files(environment['HOME']) } +
              requests(aws) + answers(aws)
      [CANARY, *texts.flat_map { |text| text.scrub.scan(LONG) }.select { |word| secret?(word) }].uniq
    end

    private

    def secret?(word) = MIXED.all? { |pattern| word.match?(pattern) } && !word.include?('aws-home')

    def pieces(secret) = secret.scan(/.{#{PIECE}}/)

    def variables(environment) = environment.values.compact

    def files(home)
      Dir.glob("#{home}/**/*", File::FNM_DOTMATCH).select { |path| File.file?(path) }.flat_map do |path|
        text = File.read(path)
        path.end_with?('.json') ? leaves(JSON.parse(text)) : [text]
      rescue JSON::ParserError
        [text]
      end
    end

    def leaves(value) = value.is_a?(Hash) ? value.values.flat_map { |child| leaves(child) } : [value.to_s]

    def requests(aws)
      tokens = %w[authorization x-aws-ec2-metadata-token x-amz-sso_bearer_token dpop]
      aws.journal.requests.flat_map do |request|
        [*request.headers.values_at(*tokens).compact, *request.body.to_s.split(/[&=:,"]/)]
      end
    end

    # Of whatever service, whether or not it came through.
    def answers(aws)
      sets = aws.account.instance_variable_get(:@issued).values
      sets.flat_map { |set| [set.secret_access_key, set.session_token.to_s] }
    end
  end
end
