/**
 * Makes the packages that build and type the panel to be found from `grafana-plugin/`: installed in the cache, linked
 * name by name into `grafana-plugin/node_modules`. Only what `tools/package.json` names is linked, and neither React
 * nor its types: the local page and the panel are typed by one React, the workspace's. Run by itself it does just this.
 */
import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { InstallProblem, install, keptFolder, keyOf, manifestFiles } from './cache.ts';

const SET = 'grafana-plugin/tools';
const LINKS = path.join(import.meta.dirname, '../../grafana-plugin/node_modules');
const REACT = /^(?:react|react-dom|@types\/react|@types\/react-dom)$/;

/** Where the tools are, with their links in place. @throws InstallProblem */
export async function ensureTools(say: (line: string) => void = complain): Promise<string> {
  const folder = await keptFolder('tools', keyOf(manifestFiles(SET)), (unfinished) =>
    install(SET, unfinished, say),
  );
  const [manifest = ''] = manifestFiles(SET);
  const { devDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(devDependencies))
    if (!REACT.test(name)) link(path.join(folder, 'node_modules', name), path.join(LINKS, name));
  return folder;
}

function link(from: string, to: string): void {
  const there = lstatSync(to, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && readlinkSync(to) === from) return;
  rmSync(to, { recursive: true, force: true });
  mkdirSync(path.dirname(to), { recursive: true });
  symlinkSync(from, to, 'junction');
}

function complain(line: string): void {
  console.error(`sightline: ${line}`);
}

if (import.meta.main) {
  try {
    await ensureTools();
  } catch (error) {
    if (!(error instanceof InstallProblem)) throw error;
    console.error(`sightline: ${error.message}`);
    process.exitCode = 1;
  }
}
