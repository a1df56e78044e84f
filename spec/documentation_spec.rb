# frozen_string_literal: true

require 'open3'
require 'rbs'
require 'ruby_llm/bedrock_credentials/doctor'
Dir[File.expand_path('../lib/**/doctor/*.rb', __dir__)].each { |file| require file }
require 'yard'

# What is documented exists, and what is public is documented and has a type.
RSpec.describe RubyLLM::BedrockCredentials, 'and its documentation' do
  root = File.expand_path('..', __dir__)

  # @return [Array<YARD::CodeObjects::MethodObject>]
  documented = lambda do
    YARD::Registry.clear
    YARD::Logger.instance.level = YARD::Logger::ERROR
    YARD.parse(Dir["#{root}/lib/**/*.rb"])
    YARD::Registry.all(:method).select { |method| method.path.start_with?('RubyLLM::BedrockCredentials') }
  end

  def owner(method)
    namespace = Object.const_get(method.namespace.path)
    method.scope == :class ? namespace.singleton_class : namespace
  end

  def defined_by?(owner, name)
    owner.method_defined?(name) || owner.private_method_defined?(name)
  end

  def private_api?(object)
    [object, object.namespace].any? { |documented| documented.respond_to?(:has_tag?) && documented.has_tag?(:api) }
  end

  before(:context) { @documented = documented.call }

  it 'builds without a warning' do
    command = %w[yard doc --no-output --no-save --no-cache --no-stats --fail-on-warning --no-private]
    output, status = Open3.capture2e(*command, 'lib/**/*.rb', chdir: root)
    expect([output, status.success?]).to eq(['', true])
  end

  it 'names no method that is not there' do
    missing = @documented.reject { |method| defined_by?(owner(method), method.name) || method.name == :initialize }
    expect(missing.map(&:path)).to eq([])
    expect(@documented.size).to be > 40
  end

  it 'names the parameters that a method has' do
    wrong = @documented.reject do |method|
      next true if method.tags(:param).empty? || method.tags(:overload).any?

      (method.tags(:param).map(&:name) - method.parameters.map { |name, _| name.delete('*&:') }).empty?
    end
    expect(wrong.map(&:path)).to eq([])
  end

  it 'says what every public method of the public classes gives' do
    silent = @documented.reject do |method|
      private_api?(method) || method.visibility != :public || method.docstring.has_tag?(:return) ||
        %i[initialize to_s].include?(method.name)
    end
    expect(silent.map(&:path)).to eq([])
  end

  it 'subscribes to all that is told, in the README' do
    subscribed = File.read("#{root}/README.md")[%r{Notifications\.subscribe\(/(.+)/\)}, 1]
    told = File.read("#{root}/lib/ruby_llm/bedrock_credentials/notifications.rb").scan(/tell\('(\w+)'/).flatten

    expect(told.uniq.size).to be > 5
    expect(told.map { |name| "#{name}.ruby_llm" }).to all(match(Regexp.new(subscribed)))
    expect(%w[chat.ruby_llm request.ruby_llm]).to all(satisfy { |name| !name.match?(subscribed) })
  end

  describe 'in sig/' do
    declarations = lambda do
      Dir["#{root}/sig/**/*.rbs"].flat_map do |file|
        RBS::Parser.parse_signature(RBS::Buffer.new(name: file, content: File.read(file))).last
      end
    end

    # Yields each class or module of this gem's with its members.
    walk = lambda do |nodes, path, &visit|
      nodes.select { |node| node.respond_to?(:members) }.each do |node|
        name = [path, node.name.to_s].compact.join('::')
        visit.call(name, node) unless node.is_a?(RBS::AST::Declarations::Interface)
        walk.call(node.members, name, &visit)
      end
    end

    let(:typed) do
      {}.tap do |typed|
        walk.call(declarations.call, nil) do |name, node|
          typed[name] = node.members.flat_map do |member|
            case member
            when RBS::AST::Members::MethodDefinition then [[member.singleton?, member.name]]
            when RBS::AST::Members::AttrReader then [[false, member.name]]
            when RBS::AST::Members::AttrAccessor then [[false, member.name], [false, :"#{member.name}="]]
            else []
            end
          end
        end
      end
    end

    it 'has only classes and methods that exist' do
      missing = typed.flat_map do |name, methods|
        namespace = Object.const_get(name)
        methods.reject { |singleton, method| defined_by?(singleton ? namespace.singleton_class : namespace, method) }
               .map { |singleton, method| "#{name}#{singleton ? '.' : '#'}#{method}" }
      end
      expect(missing).to eq([])
      expect(typed.values.sum(&:size)).to be > 30
    end

    it 'has every public method of the public classes' do
      untyped = @documented.reject do |method|
        next true if private_api?(method) || method.visibility != :public || method.name == :pretty_print

        next true unless typed.key?(method.namespace.path)

        known = Object.const_get(method.namespace.path).ancestors.flat_map { |ancestor| typed[ancestor.name] || [] }
        known.include?([method.scope == :class, method.name]) ||
          (method.name == :new && known.include?([false, :initialize]))
      end
      expect(untyped.map(&:path)).to eq([])
    end
  end
end
