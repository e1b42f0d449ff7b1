/**
 * Which packages went into a bundle: whoever hands it on owes their licences. A build writes the list beside its
 * output; the panel, which another tool builds, tells by its source maps.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');

/** As much of a bundler's plugin as this needs, so that the program does not depend on one. */
interface Bundle {
  readonly [file: string]: { readonly type: string; readonly moduleIds?: readonly string[] };
}

/** Writes the folders of all packages that are in the bundle to `file`, relative to the repository. */
export function listPackages(file: string) {
  return {
    name: 'list-packages',
    generateBundle(_options: unknown, bundle: Bundle): void {
      const ids = Object.values(bundle).flatMap((part) =>
        part.type === 'chunk' ? (part.moduleIds ?? []) : [],
      );
      const folders = new Set(ids.flatMap((id) => packageFolder(id) ?? []));
      const relative = [...folders].map((folder) => path.relative(ROOT, folder).replaceAll(path.sep, '/'));
      writeFileSync(file, `${JSON.stringify(relative.sort(), undefined, 2)}\n`);
    },
  };
}

/** Folder of the package that a module belongs to; undefined for a module of our own. */
export function packageFolder(id: string): string | undefined {
  return /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1];
}

/** What `listPackages` wrote. @throws when the bundle was never built. */
export function readPackages(file: string): readonly string[] {
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}

/** Folders of the packages in the panel, by the source maps of `dist`. */
export function packagesOfPanel(dist: string): readonly string[] {
  const names = globSync('*.js.map', { cwd: dist }).flatMap((map) => {
    const { sources } = JSON.parse(readFileSync(path.join(dist, map), 'utf8')) as {
      readonly sources: string[];
    };
    return sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  });
  return [...new Set(names)].sort().map((name) => {
    const [folder] = ['grafana-plugin/node_modules', 'node_modules'].filter(
      (place) => globSync(`${place}/${name}/package.json`, { cwd: ROOT }).length > 0,
    );
    if (folder === undefined) throw new Error(`the panel holds '${name}', which is not installed here`);
    return `${folder}/${name}`;
  });
}
