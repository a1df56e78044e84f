# frozen_string_literal: true

require 'json'
require 'open3'

# The licences of the crates that are linked into the library on any platform there is a gem for, with their texts from
# the crates themselves. Build scripts, procedural macros and tests leave nothing in the library.
#
#   Licenses.new.text   # => "The native library …"
class Licenses
  # A crate whose licence cannot be told from its own files.
  class Unknown < StandardError; end

  PACKAGE = 'ruby_llm_bedrock_credentials'
  OWN = [PACKAGE, 'bedrock_credentials_core'].freeze
  TARGETS = %w[
    x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-unknown-linux-musl
    x86_64-apple-darwin aarch64-apple-darwin x86_64-pc-windows-gnu
  ].freeze
  FILES = '{LICENSE,LICENCE,COPYING,COPYRIGHT,NOTICE,UNLICENSE}*'
  # Of alternatives the first of these, by the name of its file.
  PREFERRED = %w[MIT APACHE ISC BSD].freeze
  # Whose text of the Apache licence, which names no holder, stands for crates that were published without one.
  APACHE = 'aws-config'
  RULE = '=' * 100

  # For crates that were published without it, and the standard library.
  MIT = <<~TEXT
    Copyright (c) %<holder>s

    Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
    documentation files (the "Software"), to deal in the Software without restriction, including without limitation
    the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
    to permit persons to whom the Software is furnished to do so, subject to the following conditions:

    The above copyright notice and this permission notice shall be included in all copies or substantial portions of
    the Software.

    THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
    THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
    AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
    CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
    IN THE SOFTWARE.
  TEXT

  Crate = Struct.new(:name, :version, :license, :folder, :authors) do
    def to_s = "#{name} #{version} (#{license})"
  end

  # @return [Array<Crate>] what is linked, the workspace's own crates left out
  # @raise [Unknown] for a crate that names no licence
  def crates
    @crates ||= linked.map do |name, version|
      package = packages.fetch([name, version])
      folder = File.dirname(package['manifest_path'])
      license = package['license'] || raise(Unknown, "#{name} #{version} names no licence")
      Crate.new(name, version, license.gsub(%r{\s*/\s*}, ' OR '), folder, package['authors'])
    end
  end

  # @return [String] each text once, below the crates it belongs to
  def text
    sections = texts.map { |text, owners| "#{RULE}\n#{owners.uniq.join("\n")}\n#{RULE}\n\n#{text}\n" }
    <<~HEAD + sections.join("\n")
      The native library of this gem contains the crates below, and Rust's standard library. Where a crate
      offers a choice of licences, the one whose text is here is chosen.

      Made by `rake licenses`; `rake licenses:check` compares.

    HEAD
  end

  private

  def texts
    found = Hash.new { |hash, text| hash[text] = [] }
    keys = {}
    all = crates.map { |crate| [crate.to_s, texts_of(crate)] }
    all << ["Rust's standard library (MIT OR Apache-2.0)", [format(MIT, holder: 'The Rust Project Contributors')]]
    all.each do |owner, texts|
      texts.each { |text| found[keys[text.split.join(' ')] ||= text] << owner }
    end
    found
  end

  def texts_of(crate)
    files = Dir.glob(FILES, File::FNM_CASEFOLD, base: crate.folder).sort.map { |name| File.join(crate.folder, name) }
    files = files.select { |file| File.file?(file) }
    files = chosen(files) if crate.license.include?(' OR ') && !crate.license.include?(' AND ')
    files.any? ? files.map { |file| read(file) } : [common(crate)]
  end

  def read(file)
    File.read(file, encoding: 'UTF-8').gsub("\r\n", "\n").gsub(/[ \t]+$/, '').gsub(/\A\n+|\n+\z/, '')
  end

  def chosen(files)
    preferred = PREFERRED.lazy.map { |name| files.grep(/#{name}/i) }.find(&:any?)
    preferred ? preferred | files.grep(/NOTICE|COPYRIGHT/i) : files
  end

  def common(crate)
    return format(MIT, holder: holders(crate)).strip if crate.license.match?(/\bMIT\b/)
    return texts_of(crates.find { |other| other.name == APACHE }).first if crate.license == 'Apache-2.0'

    raise Unknown, "#{crate} has no licence file"
  end

  def holders(crate)
    names = crate.authors.map { |author| author.sub(/\s*<.*>/, '') }
    names.empty? ? "the authors of #{crate.name}" : names.join(', ')
  end

  # @return [Array<Array(String, String)>] names and versions
  def linked
    targets = TARGETS.flat_map { |target| ['--target', target] }
    tree = cargo('tree', '--package', PACKAGE, '--edges', 'normal,no-proc-macro', '--prefix', 'none', *targets)
    tree.scan(/^(\S+) v(\S+)/).uniq.sort.reject { |crate| OWN.include?(crate.first) }
  end

  def packages
    @packages ||= JSON.parse(cargo('metadata', '--format-version', '1'))['packages']
                      .to_h { |package| [package.values_at('name', 'version'), package] }
  end

  def cargo(command, *arguments)
    output, status = Open3.capture2('cargo', command, '--locked', *arguments)
    status.success? ? output : raise(Unknown, "cargo #{command} failed")
  end
end
