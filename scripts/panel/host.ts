/**
 * The page that hosts the panel in tests, once for each React that Grafana gives to plugins: `grafana-plugin/host`
 * bundled with the real libraries of that line. What they were made of is not kept, only the page.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundleHost } from '../../grafana-plugin/bundleHost.ts';
import { install, keptFolder, keyOf, manifestFiles } from './cache.ts';
import { ensureTools } from './tools.ts';

export const REACT_LINES = ['react18', 'react19'] as const;
export type ReactLine = (typeof REACT_LINES)[number];

const ROOT = path.join(import.meta.dirname, '../..');
const HOST = path.join(ROOT, 'grafana-plugin/host');
/** Which packages a line is; those of the newest build and type the panel too. */
const SETS: Readonly<Record<ReactLine, string>> = {
  react18: 'test/panel/hosts/react18',
  react19: 'grafana-plugin/tools',
};

/** A folder with the page's files: `index.html`, `boot.js` and `main.js`. @throws InstallProblem */
export async function ensureHost(line: ReactLine, say: (line: string) => void): Promise<string> {
  const tools = await ensureTools(say);
  const set = SETS[line];
  const files = readdirSync(HOST).map((name) => path.join(HOST, name));
  const key = keyOf([...manifestFiles(set), ...files]);
  return keptFolder(`host-${line}`, key, async (folder) => {
    const packages = line === 'react19' ? tools : folder;
    if (packages === folder) install(set, folder, say);
    const sources = path.join(folder, 'sources');
    mkdirSync(sources);
    for (const file of files) copyFileSync(file, path.join(sources, path.basename(file)));
    await bundleHost(sources, path.join(packages, 'node_modules'), folder);
    for (const name of ['index.html', 'boot.js'])
      copyFileSync(path.join(HOST, name), path.join(folder, name));
    rmSync(path.join(folder, 'node_modules'), { recursive: true, force: true });
    rmSync(sources, { recursive: true });
  });
}
