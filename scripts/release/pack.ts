/**
 * `npm run pack`: builds what a release hands on, and writes it into `dist/`: the npm package as a folder and as a tarball,
 * and the panel as an archive. `--folder` makes the package's folder alone, for the container image; `--tarball` leaves
 * the panel out. Both take a page that was built before, and a folder after them in place of `dist/`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildProgram, PROGRAM } from '../build-program.ts';
import { runNpm } from './npm.ts';
import { toReleaseManifest, type WorkspaceManifest } from './releaseManifest.ts';
import { writeZip } from './zip.ts';

const ROOT = path.join(import.meta.dirname, '../..');
export const OUT = path.join(ROOT, 'dist');
export const PLUGIN_ID = 'sightline-mcpsessions-panel';

/** What `npm pack --json` tells of a tarball. */
export interface Tarball {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly integrity: string;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

const BUILDS = [
  'scripts/panel/tools.ts',
  'scripts/build-page.ts',
  'scripts/build-panel.ts',
  'scripts/build-program.ts',
];

/** Page, panel and program as the source stands. @returns the scripts that failed, having said why. */
export function buildEverything(): readonly string[] {
  return BUILDS.filter(
    (script) => spawnSync(process.execPath, [script], { cwd: ROOT, stdio: ['ignore', 2, 2] }).status !== 0,
  );
}

/** The package as a folder, from what is built in `proxy/dist`. @returns the folder. */
export function stagePackage(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'dist'), { recursive: true });
  const workspace = JSON.parse(
    readFileSync(path.join(ROOT, 'proxy/package.json'), 'utf8'),
  ) as WorkspaceManifest;
  writeFileSync(
    path.join(folder, 'package.json'),
    `${JSON.stringify(toReleaseManifest(workspace), undefined, 2)}\n`,
  );
  for (const name of ['LICENSE', 'NOTICE', 'CHANGELOG.md'])
    cpSync(path.join(ROOT, name), path.join(folder, name));
  for (const name of ['README.md', 'bin', 'dist/page'])
    cpSync(path.join(ROOT, 'proxy', name), path.join(folder, name), { recursive: true });
  for (const name of globSync('*.js', { cwd: PROGRAM }))
    cpSync(path.join(PROGRAM, name), path.join(folder, 'dist', name));
  return folder;
}

/** Packs the folder into another. */
export function packTarball(folder: string, into: string): Tarball {
  const told = runNpm(['pack', '--json', '--pack-destination', into, folder], ROOT);
  // A list in one line of npm, an object by name in the next.
  const [tarball] = Object.values(JSON.parse(told) as Readonly<Record<string, Tarball>>);
  if (tarball === undefined) throw new Error('npm pack told nothing');
  return tarball;
}

/** The built panel as Grafana installs it: one folder, named as the plugin. */
export function zipPanel(): Buffer {
  const dist = path.join(ROOT, 'grafana-plugin/dist');
  const built = globSync('**/*', { cwd: dist, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = built.map((entry) => path.join(entry.parentPath, entry.name));
  return writeZip(
    files.map((file) => {
      const name = path.relative(dist, file).replaceAll(path.sep, '/');
      return { name: `${PLUGIN_ID}/${name}`, bytes: readFileSync(file) };
    }),
  );
}

/** Writes archive and sum beside each other, as a plugin is submitted. @returns the archive's file. */
export function writePanel(version: string): string {
  const archive = zipPanel();
  const file = path.join(OUT, `${PLUGIN_ID}-${version}.zip`);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(file, archive);
  const sum = createHash('sha1').update(archive).digest('hex');
  writeFileSync(`${file}.sha1`, `${sum}  ${path.basename(file)}\n`);
  return file;
}

async function main([what, into = OUT]: readonly string[]): Promise<void> {
  if (what !== undefined && what !== '--folder' && what !== '--tarball')
    throw new Error(`'${what}' is neither --folder nor --tarball`);
  if (what !== undefined) await buildProgram();
  else if (buildEverything().length > 0) throw new Error('what is not built cannot be packed');
  const folder = stagePackage(path.join(into, 'package'));
  if (what === '--folder') return console.log(`package: ${folder}`);
  const { filename, size, unpackedSize, files } = packTarball(folder, into);
  console.log(
    `package: ${path.join(into, filename)}, ${kilobytes(size)}, ${kilobytes(unpackedSize)} unpacked, ${files.length} files`,
  );
  if (what === '--tarball') return;
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const archive = writePanel(version);
  console.log(`panel: ${archive}, ${kilobytes(readFileSync(archive).length)}`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(0)} KB`;
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(`sightline: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
