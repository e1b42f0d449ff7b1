/** What a packed tarball must not be: too large, incomplete, or anything that runs before somebody starts it. */
import type { ReleaseManifest } from './releaseManifest.ts';

/** Bytes on the disk, page included; the country database is a package of its own. */
export const UNPACKED_BYTES_MAX = 8_000_000;

export interface PackedFile {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
}

const NEEDED = [
  'package.json',
  'README.md',
  'LICENSE',
  'NOTICE',
  'CHANGELOG.md',
  'bin/sightline.js',
  'dist/sightline.js',
  'dist/main.js',
  'dist/collector.js',
  'dist/shimMain.js',
  'dist/worker.js',
  'dist/pageWorker.js',
  'dist/page/index.html',
];
const BELONGS =
  /^(?:package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md|bin\/sightline\.js|dist\/[\w.-]+\.js|dist\/page\/(?:index\.html|icon\.svg|assets\/[\w-]+\.(?:js|css)))$/;

/** Every fault, in words. `manifest` is the one inside. */
export function findPackageFaults(
  manifest: ReleaseManifest & { readonly scripts?: unknown; readonly private?: unknown },
  files: readonly PackedFile[],
): readonly string[] {
  const faults: string[] = [];
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total > UNPACKED_BYTES_MAX) faults.push(`${total} bytes unpacked, more than ${UNPACKED_BYTES_MAX}`);
  const there = new Set(files.map((file) => file.path));
  for (const name of NEEDED) if (!there.has(name)) faults.push(`${name} is missing`);
  for (const { path } of files) if (!BELONGS.test(path)) faults.push(`${path} does not belong`);
  for (const { path, mode } of files)
    if (((mode & 0o111) !== 0) !== path.startsWith('bin/'))
      faults.push(`${path} has mode ${mode.toString(8)}`);
  // Not even an empty one: what runs while something is installed runs with its user's rights.
  if (manifest.scripts !== undefined) faults.push('the manifest has scripts');
  if (manifest.private !== undefined) faults.push('the manifest is private');
  for (const [name, version] of Object.entries(manifest.dependencies))
    if (!/^\d+\.\d+\.\d+$/.test(version)) faults.push(`${name} has no exact version: ${version}`);
  if (!manifest.publishConfig.provenance) faults.push('nothing would say where it was built (provenance)');
  if ('registry' in manifest.publishConfig) faults.push('the manifest names a registry');
  return faults;
}
