# frozen_string_literal: true

# What `sign` is to refuse, and credentials that must not show in what it says then.
RSpec.shared_context 'with bad input' do
  canaries = /CANARY-(KEY|SECRET|TOKEN)/

  let(:keys) { { access_key_id: 'CANARY-KEY', secret_access_key: 'CANARY-SECRET', session_token: 'CANARY-TOKEN' } }
  let(:good) { described_class::Credentials.new(**keys) }

  def request(**changes)
    described_class::Request.new(http_method: 'POST', url: 'https://h.example/model', region: 'us-west-2', body: 'body',
                                 **changes)
  end

  def sign(provider = good, **changes) = described_class.sign(request(**changes), provider)

  def provider(&credentials) = Object.new.tap { |object| object.define_singleton_method(:credentials, &credentials) }

  def set(**changes) = Struct.new(*keys.keys, keyword_init: true).new(**keys, **changes)

  # Everything an error tracker may send away: the causes' too.
  define_method(:raise_safely) do |error, message = nil|
    raise_error do |raised|
      expect(raised).to be_an_instance_of(error).and(have_attributes(message: match(message || //)))
      shown = [raised, raised.cause].compact.flat_map do |e|
        kept = e.instance_variables.map { |name| e.instance_variable_get(name).inspect }
        [e.message, e.inspect, e.full_message, *kept]
      end
      expect(shown.map(&:b).join("\n")).not_to match(canaries)
    end
  end

  # ASCII to whoever reads the bytes alone, four or five CJK characters to Ruby.
  def self.cjk(bytes) = bytes.b.force_encoding('UTF-16BE')
end
