/**
 * `npm run release:check`: what a release of this checkout would contain, and whether it may be one. It builds
 * everything, writes `dist/`, publishes nothing, and ends with how many of its questions were answered well.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findFaults } from '../panel/validate.ts';
import { findImageFaults, IMAGE_BYTES_MAX, type ImageFacts } from './imageFaults.ts';
import { collectPackages, findLicenceFaults, formatNotice, NOTICE } from './notice.ts';
import { buildEverything, OUT, PLUGIN_ID, packTarball, stagePackage, writePanel, zipPanel } from './pack.ts';
import { findPackageFaults } from './packageFaults.ts';
import type { ReleaseManifest } from './releaseManifest.ts';
import { findVersionFaults } from './versions.ts';
import { readZip } from './zip.ts';

const ROOT = path.join(import.meta.dirname, '../..');

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const json = <T>(file: string) => JSON.parse(read(file)) as T;
const versionOf = (file: string) => json<{ readonly version: string }>(file).version;

let passed = 0;
let failed = 0;

/** One question, with everything that speaks against a release. */
function ask(name: string, faults: readonly string[]): void {
  if (faults.length === 0) passed += 1;
  else failed += 1;
  console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
  for (const fault of faults) console.log(`        ${fault}`);
}

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/** What git knows of this checkout: a release is made from a commit and nothing else. */
function findTreeFaults(): readonly string[] {
  const status = run('git', ['status', '--porcelain']);
  if (status.status !== 0) return ['git does not say what is committed'];
  return status.stdout.split('\n').filter((line) => line !== '');
}

/** What would run while the package and what it depends on are installed. */
function findInstallFaults(manifest: ReleaseManifest): readonly string[] {
  const { packages } = json<{
    packages: Record<string, { hasInstallScript?: boolean; version?: string; dependencies?: object }>;
  }>('package-lock.json');
  return Object.entries(manifest.dependencies).flatMap(([name, version]) => {
    const row = packages[`node_modules/${name}`];
    if (row?.version !== version) return [`${name} ${version} is not what package-lock.json has`];
    return [
      ...(row.hasInstallScript === true ? [`${name} runs a script when it is installed`] : []),
      ...(row.dependencies === undefined ? [] : [`${name} brings others, which nobody has looked at`]),
    ];
  });
}

function findPanelFaults(version: string, archive: Buffer): readonly string[] {
  const entries = readZip(archive);
  const outside = entries.filter(({ name }) => !name.startsWith(`${PLUGIN_ID}/`)).map(({ name }) => name);
  const names = entries.map(({ name }) => name.slice(PLUGIN_ID.length + 1));
  return [
    ...outside.map((name) => `archive: ${name} is not below ${PLUGIN_ID}/`),
    ...['module.js', 'plugin.json', 'LICENSE', 'NOTICE'].filter((name) => !names.includes(name)),
    ...entries.filter(({ mode }) => (mode & 0o111) !== 0).map(({ name }) => `archive: ${name} is executable`),
    ...(zipPanel().equals(archive) ? [] : ['two archives of one build are not the same']),
    ...findFaults(path.join(ROOT, 'grafana-plugin/dist'), { version }),
  ];
}

/** What an engine of this machine tells of the image; undefined where there is no engine, or the image was not built. */
function lookAtImage(image: string): ImageFacts | undefined {
  const told = run('docker', ['image', 'inspect', image]);
  if (told.error || told.status !== 0) return undefined;
  return (JSON.parse(told.stdout) as readonly ImageFacts[])[0];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

function main(): void {
  const version = versionOf('proxy/package.json');
  const commit = run('git', ['rev-parse', 'HEAD']).stdout.trim();
  console.log(`Sightline ${version}, from ${commit || 'no commit'}\n`);
  const unbuilt = buildEverything();
  ask('everything can be built', unbuilt);
  if (unbuilt.length > 0) return;

  const packages = collectPackages();
  const folder = stagePackage(path.join(OUT, 'package'));
  const tarball = packTarball(folder, OUT);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as ReleaseManifest;
  const panel = writePanel(version);
  const archive = readFileSync(panel);
  const image = `sightline-proxy:${version}`;
  const facts = lookAtImage(image);

  ask('nothing is uncommitted', findTreeFaults());
  ask(
    'one version everywhere, and somebody wrote about it',
    findVersionFaults(version, {
      manifests: {
        ...Object.fromEntries(
          ['package.json', 'grafana-plugin/package.json', 'test/package.json'].map((file) => [
            file,
            versionOf(file),
          ]),
        ),
        'package-lock.json': versionOf('package-lock.json'),
        'grafana-plugin/dist/plugin.json': json<{ info: { version: string } }>(
          'grafana-plugin/dist/plugin.json',
        ).info.version,
      },
      changelog: read('CHANGELOG.md'),
      pluginChangelog: read('grafana-plugin/CHANGELOG.md'),
      upgrading: read('docs/upgrading.md'),
      containers: [
        '.env.example',
        'docker-compose.yml',
        ...globSync('deploy/kubernetes/**/*.yaml', { cwd: ROOT }),
      ]
        .map(read)
        .filter((text) => /SIGHTLINE_VERSION|sightline-proxy:/.test(text)),
    }),
  );
  ask('every licence is one to hand on', findLicenceFaults(packages));
  ask(
    'NOTICE is what the builds hold',
    existsSync(NOTICE) && read('NOTICE') === formatNotice(packages) ? [] : ['npm run notice writes it'],
  );
  ask('the package is whole, small, and runs nothing by itself', findPackageFaults(manifest, tarball.files));
  ask('what it depends on runs nothing when it is installed', findInstallFaults(manifest));
  ask('the panel is what Grafana’s validator asks for', findPanelFaults(version, archive));
  ask(
    'the image can be built from one pinned base, not as root, with a health check',
    findImageFaults(read('deploy/proxy/Dockerfile'), facts),
  );

  const bundled = packages.filter(({ parts }) => parts.includes('program')).length;
  console.log(`
A release would contain
  package    dist/${tarball.filename}: ${megabytes(tarball.size)}, unpacked ${megabytes(tarball.unpackedSize)}, ${tarball.files.length} files, ${bundled} packages built in
             ${tarball.integrity}
             beside it: ${Object.entries(manifest.dependencies)
               .map(([name, exact]) => `${name} ${exact}`)
               .join(', ')}
  panel      ${path.relative(ROOT, panel)}: ${megabytes(archive.length)}, ${readZip(archive).length} files, not signed
             sha256 ${createHash('sha256').update(archive).digest('hex')}
  image      ${image}: ${facts === undefined ? 'not built on this machine' : `${megabytes(facts.Size)} of ${megabytes(IMAGE_BYTES_MAX)}`}
  licences   ${packages.length} packages, ${countLicences(packages)}
  provenance npm publish ${path.relative(ROOT, OUT)}/package, from a workflow that may ask for an identity; its manifest
             asks for provenance, which needs the address of the source's repository added to it

${passed} passed, ${failed} failed`);
}

function countLicences(packages: readonly { readonly licence: string }[]): string {
  const counts = new Map<string, number>();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts].map(([licence, count]) => `${licence} ${count}`).join(', ');
}

try {
  main();
} catch (error) {
  console.error(`release: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  failed += 1;
}
if (failed > 0) process.exitCode = 1;
