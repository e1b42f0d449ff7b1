/**
 * What must not stand in any file: a registry's address in the lockfile, the path of one machine, a switched-off
 * check, a test that runs alone; and a source file too long to have one job. Each makes the project work in one
 * place only, or a check weaker than it looks.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Above this a file no longer has one job. Tables (`contract/`) and tests are exempt. */
const LINES_MAX = 400;

interface Rule {
  readonly applies: RegExp;
  readonly forbids: RegExp;
  /** What is fine all the same, matched against `path: line`. */
  readonly allows?: RegExp;
  readonly says: string;
}

const SOURCE = /\.(?:[cm]?[jt]s|tsx)$/;

const RULES: readonly Rule[] = [
  {
    applies: /(^|\/)package-lock\.json$/,
    forbids: /"resolved": "http/,
    says: 'the lockfile holds a registry address; write it with omit-lockfile-registry-resolved (.npmrc has it).',
  },
  {
    applies: /./,
    forbids: /(?:^|[^A-Za-z0-9.])\/(?:home|Users|root|work|farm)\/[A-Za-z.]/,
    says: 'this is a path of one machine; make it relative, or take it from a setting.',
  },
  {
    applies: SOURCE,
    forbids: /biome-ignore|@ts-(?:ignore|expect-error|nocheck)|eslint-disable/,
    // Effects that wait for one thing and keys that an ancestor holds are beyond what a rule of the views can see.
    allows:
      /^grafana-plugin\/src\/views\/.*: .*biome-ignore lint\/(?:correctness|a11y|suspicious)\/\w+: \w.{12,}/,
    says: 'a check is switched off here; mend the code, change the rule for everybody, or say why (views only).',
  },
  {
    applies: /\.test\.tsx?$/,
    forbids: /\b(?:it|test|describe)\.only\(/,
    says: 'a test that runs alone hides the others.',
  },
];

/** Every offence, as `path:line: what is wrong`. */
export function findUnclean(files: readonly TextFile[]): readonly string[] {
  return files.flatMap((file) => {
    const rules = RULES.filter((rule) => rule.applies.test(file.path));
    const lines = file.text.split('\n');
    const said = lines.flatMap((line, index) =>
      rules
        .filter((rule) => rule.forbids.test(line) && rule.allows?.test(`${file.path}: ${line}`) !== true)
        .map((rule) => `${file.path}:${index + 1}: ${rule.says}`),
    );
    const long =
      SOURCE.test(file.path) && !/\.test\.|\/contract\//.test(file.path) && lines.length > LINES_MAX;
    if (!long) return said;
    return [
      ...said,
      `${file.path}: ${lines.length} lines, more than ${LINES_MAX}; give one of its jobs a file of its own.`,
    ];
  });
}

if (import.meta.main) {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed
    .split('\0')
    // The check names what it forbids, and so does its test.
    .filter((name) => name !== '' && !name.startsWith('scripts/check-hygiene.'))
    .filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true)
    .map((name) => ({ path: name, text: readFileSync(name, 'utf8') }));
  const unclean = findUnclean(files);
  for (const line of unclean) console.error(line);
  console.log(`hygiene: ${files.length} files, ${unclean.length} offences`);
  if (unclean.length > 0) process.exitCode = 1;
}
