/**
 * `npm run dashboards` writes the dashboards that Grafana reads from their sources in `dashboards/src`; with `--check`
 * it writes nothing and fails where a file says something else than its source.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DASHBOARDS, textOf } from '../dashboards/src/catalogue.ts';

const FOLDER = path.resolve(import.meta.dirname, '../dashboards');

/** Files that are not what their sources make of them, or have no source. */
export function findStale(folder: string = FOLDER): readonly string[] {
  const stale = Object.entries(DASHBOARDS)
    .filter(([name, make]) => {
      const file = path.join(folder, name);
      return !existsSync(file) || readFileSync(file, 'utf8') !== textOf(make);
    })
    .map(([name]) => name);
  const orphans = readdirSync(folder).filter((name) => name.endsWith('.json') && !(name in DASHBOARDS));
  return [...stale, ...orphans];
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const stale = findStale();
    for (const name of stale)
      console.error(`dashboards/${name}: not what its source makes; 'npm run dashboards' writes it.`);
    console.log(`dashboards: ${Object.keys(DASHBOARDS).length} files, ${stale.length} stale`);
    if (stale.length > 0) process.exitCode = 1;
  } else {
    for (const [name, make] of Object.entries(DASHBOARDS))
      writeFileSync(path.join(FOLDER, name), textOf(make));
    console.log(`dashboards: ${Object.keys(DASHBOARDS).length} written`);
  }
}
