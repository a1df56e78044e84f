# frozen_string_literal: true

require 'uri'

# Written as a String without URI#to_s, where that takes long; never another than URI#to_s writes.
RSpec.describe RubyLLM::BedrockCredentials, '.sign with a URI for a URL' do
  # What is signed, or why nothing is.
  def outcome(url)
    request = described_class::Request.new(http_method: 'POST', url: url, region: 'us-west-2', body: 'b',
                                           time: Time.utc(2026, 11, 22, 12, 30, 15))
    described_class.sign(request, described_class::Credentials.new(access_key_id: 'AKID', secret_access_key: 'secret'))
  rescue ArgumentError => e
    e.message
  end

  hosts = %w[h.example h.example:443 h.example:8443 h.example:80 H.example:0443 [::1] [::1]:443]
  paths = ['', '/', '/model/us.amazon.nova-lite-v1%3A0/converse', '/a//b/../c', '/*+~;=@:!$&()']
  rest = ['', '?', '?a=b', '?a=b&a=c%20d', '#', '#fragment', '?q#fragment']
  %w[https HTTPS http].product(hosts, paths, rest).map { |scheme, *parts| "#{scheme}://#{parts.join}" }
                      .each_slice(105) do |urls|
    it "signs as with its text: #{urls.first} and #{urls.size - 1} more" do
      urls.each do |url|
        expect(outcome(URI(url))).to include('authorization')
        expect([url, outcome(URI(url))]).to eq([url, outcome(URI(url).to_s)])
      end
    end
  end

  it 'refuses what it refuses as a text' do
    ['https://u@h.example/', 'https://u:p@h.example/', 'https://:p@h.example/', 'https:opaque', 'https:/path', 'https:',
     'ftp://h.example/', '/path', 'mailto:a@h.example'].each do |url|
      expect([outcome(URI(url)), outcome(url)]).to all(start_with('request url'))
    end
  end

  it 'signs what a subclass says it is' do
    subclass = Class.new(URI::HTTPS) { def to_s = 'https://h.example/its-own' }
    expect(outcome(subclass.new('https', nil, 'h.example', 443, nil, '/path', nil, nil, nil))).to eq(outcome('https://h.example/its-own'))
  end

  it 'refuses one that was made or changed by hand as its text is refused' do
    without_host = URI::HTTPS.new('https', nil, nil, 443, nil, 'h.example/path', nil, nil, nil)
    without_path = URI::HTTPS.new('https', nil, 'h.example', 443, nil, nil, 'opaque', nil, nil)
    other_scheme = URI('https://h.example/path').tap { |url| url.scheme = 'ftp' }
    [without_host, without_path, other_scheme].each do |url|
      expect([outcome(url), outcome(url.to_s)]).to all(start_with('request url'))
    end
  end

  it 'signs a path that does not begin with a slash as one that does, as URI writes it' do
    relative = URI::HTTPS.new('https', nil, 'h.example', 443, nil, 'path', nil, nil, nil)
    expect(outcome(relative)).to eq(outcome('https://h.example/path'))
  end
end
