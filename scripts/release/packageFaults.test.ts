/** What must not be published is found in a tarball's list of files and in its manifest. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findPackageFaults, type PackedFile, UNPACKED_BYTES_MAX } from './packageFaults.ts';
import { PACKED, toReleaseManifest, type WorkspaceManifest } from './releaseManifest.ts';

const workspace = JSON.parse(readFileSync('proxy/package.json', 'utf8')) as WorkspaceManifest;
const manifest = toReleaseManifest(workspace);
const files: readonly PackedFile[] = [
  ...['package.json', 'README.md', 'LICENSE', 'NOTICE', 'CHANGELOG.md'],
  ...['sightline', 'main', 'collector', 'shimMain', 'worker', 'pageWorker', 'otel'].map(
    (name) => `dist/${name}.js`,
  ),
  ...['index.html', 'icon.svg', 'assets/index-Bn_A0-HS.js', 'assets/style.css'].map(
    (name) => `dist/page/${name}`,
  ),
].map((path) => ({ path, size: 1_000, mode: 0o644 }));
const whole = [...files, { path: 'bin/sightline.js', size: 800, mode: 0o755 }];
const and = (path: string, mode = 0o644) => [...whole, { path, size: 1, mode }];

it('finds none in a whole package', () => {
  expect(findPackageFaults(manifest, whole)).toEqual([]);
});

it.each<[string, readonly PackedFile[], string]>([
  ['too much', [...whole, { path: 'dist/x.js', size: UNPACKED_BYTES_MAX, mode: 0o644 }], 'bytes unpacked'],
  ['too little', whole.filter(({ path }) => path !== 'dist/worker.js'), 'dist/worker.js is missing'],
  [
    'a launcher that nobody may start',
    [...files, { path: 'bin/sightline.js', size: 1, mode: 0o644 }],
    'mode 644',
  ],
  ['a source', and('src/main.ts'), 'src/main.ts does not belong'],
  ['a source map', and('dist/main.js.map'), 'does not belong'],
  ['native code', and('dist/addon.node'), 'does not belong'],
  ['a recipe for native code', and('binding.gyp'), 'does not belong'],
  ['settings of npm', and('.npmrc'), 'does not belong'],
  ['what may be started by itself', and('dist/y.js', 0o755), 'dist/y.js has mode 755'],
])('finds %s', (_why, packed, said) => {
  expect(findPackageFaults(manifest, packed).join('\n')).toContain(said);
});

it.each<[string, object, string]>([
  ['scripts', { scripts: { postinstall: 'true' } }, 'scripts'],
  ['a range of versions', { dependencies: { express: '^5.0.0' } }, 'express has no exact version'],
  ['no provenance', { publishConfig: { access: 'public', provenance: false } }, 'provenance'],
  ['a registry', { publishConfig: { ...manifest.publishConfig, registry: 'x' } }, 'registry'],
  ['a private package', { private: true }, 'private'],
])('finds %s in the manifest', (_why, part, said) => {
  expect(findPackageFaults({ ...manifest, ...part }, whole).join('\n')).toContain(said);
});

it('what is published promises the Node of the workspace, and packs by an exact list', () => {
  expect(manifest.engines).toEqual(workspace.engines);
  expect(manifest.files).toEqual(PACKED);
  const launcher = readFileSync('proxy/bin/sightline.js', 'utf8');
  const [, major, minor] = /NEEDED_MINOR\] = \[(\d+), (\d+)\]/.exec(launcher) ?? [];
  expect(`>=${major}.${minor}`).toBe(workspace.engines.node);
});

it('a dependency that stays beside the program needs an exact version', () => {
  expect(() => toReleaseManifest({ ...workspace, dependencies: {} })).toThrow('exact version');
});
