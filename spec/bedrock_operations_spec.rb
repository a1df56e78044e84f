# frozen_string_literal: true

require_relative 'support/with_bedrock'

# Each of RubyLLM's Bedrock operations. Those a RubyLLM does not have are not examples there.
RSpec.describe RubyLLM::BedrockCredentials, 'signs' do
  include_context 'with Bedrock'

  after do |example|
    next if example.exception

    expect(stand_in.requests).to be_positive
    expect(stand_in.rejections).to be_empty
    expect(credentials_provider.reads).to eq(stand_in.requests)
  end

  def services
    stand_in.log.map { |entry| entry.headers['authorization'][%r{/([^/]+)/aws4_request}, 1] }.uniq
  end

  it 'a chat and its next turns' do
    conversation = chat
    expect(Array.new(3) { conversation.ask('Hello?').content }.uniq).to eq(['Hello from the stand-in.'])
  end

  it 'the call of a tool, and what it returned' do
    tool = Class.new(RubyLLM::Tool) do
      description 'Tells the weather'
      def name = 'weather'
      def execute = 'sunny'
    end
    stand_in.call_tool('weather')
    expect(chat.with_tools(tool).ask('Hello?').content).to eq('Hello from the stand-in.')
    expect(stand_in.log.map { |entry| entry.body.include?('toolResult') }).to eq([false, true])
  end

  it 'a stream' do
    message = chat.ask('Hello?') { |chunk| expect(chunk).to be_a(RubyLLM::Chunk) }
    expect(message.content).to eq('Hello from the stand-in.')
  end

  it 'the listing of models, and its pages' do
    expect(bedrock.list_models).not_to be_empty
  end

  it 'a model by its ARN' do
    arn = 'arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-3-5-haiku-20241022-v1:0'
    context.chat(model: arn, provider: :bedrock, assume_model_exists: true).ask('Hello?')
  end

  it 'a body in UTF-8' do
    chat.ask("\u{1F980} Ferris & Matz: größer")
  end

  if RubyLLM::Providers::Bedrock.method_defined?(:agent_connection)
    it 'embeddings' do
      embedding = context.embed('text', model: 'amazon.titan-embed-text-v2:0', provider: :bedrock,
                                        assume_model_exists: true)
      expect(embedding.vectors).not_to be_empty
    end

    it 'images' do
      context.paint('a fox', model: 'stability.stable-image-core-v1:1', provider: :bedrock, assume_model_exists: true)
    end

    it 'reranking' do
      context.rerank('query', %w[one two], model: 'cohere.rerank-v3-5:0', provider: :bedrock,
                                           assume_model_exists: true)
    end

    it 'guardrails' do
      context.config.bedrock_guardrail_id = 'abc/123'
      context.config.bedrock_guardrail_version = '1'
      context.moderate('text', provider: :bedrock)
    end

    it 'an asynchronous video, and the look at its state' do
      context.config.bedrock_video_s3_uri = 's3://bucket/videos'
      job = context.animate_later('a fox', model: 'luma.ray-v2:0', provider: :bedrock, assume_model_exists: true)
      expect(job).to be_pending
      expect(job.refresh).to be_completed
      expect(stand_in.log.map(&:path))
        .to eq(['/async-invoke', "/async-invoke/#{URI.encode_www_form_component(job.id)}"])
    end

    it 'a transcription, whole and as a stream' do
      audio = RubyLLM::Attachment.new(StringIO.new('RIFF'), filename: 'a.wav')
      options = { model: 'mistral.voxtral-small-24b-2507', provider: :bedrock, assume_model_exists: true }
      expect(context.transcribe(audio, **options).text).to eq('Hello from the stand-in.')
      context.transcribe(audio, **options) { nil }
      expect(services).to eq(['bedrock-mantle'])
    end

    it 'the counting of tokens' do
      chat.count_tokens
    end

    it 'the state and the end of a batch' do
      id = 'arn:aws:bedrock:us-west-2:123456789012:model-invocation-job/abc'
      stand_in.answer(:get_model_invocation_job) { { jobArn: id, status: 'InProgress' } }
      stand_in.answer(:stop_model_invocation_job) { {} }
      expect(bedrock.find_batch(id)[:id]).to eq(id)
      bedrock.cancel_batch(id)
    end

    it 'the mantle endpoint, for its own service, in chat and in a stream' do
      mantle = context.chat(model: 'openai.gpt-oss-20b', provider: :bedrock, assume_model_exists: true)
      mantle.ask('Hello?')
      mantle.ask('Hello?') { nil }
      context.chat(model: 'anthropic.claude-sonnet-5', provider: :bedrock, assume_model_exists: true).ask('Hello?')
      expect(services).to eq(['bedrock-mantle'])
    end
  end
end
