/**
 * `npm run dashboards` writes what is made from `dashboards/src`: the dashboards that Grafana reads, the rules of
 * Prometheus, the alerts of Grafana, and the runbook. With `--check` it writes nothing and fails where a file says
 * something else than its source.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ALERT_FILES } from '../dashboards/src/alerts/catalogue.ts';
import { DASHBOARDS, textOf } from '../dashboards/src/catalogue.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Every file by its path in the repository. */
const FILES: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(
    Object.entries(DASHBOARDS).map(([name, make]) => [`dashboards/${name}`, () => textOf(make)]),
  ),
  ...ALERT_FILES,
};
/** Where nothing may lie that has no source. */
const FOLDERS = ['dashboards/*.json', 'deploy/prometheus/rules/*', 'deploy/grafana/provisioning/alerting/*'];

/** Files that are not what their sources make of them, or have no source. */
export function findStale(): readonly string[] {
  const stale = Object.entries(FILES).filter(([name, make]) => {
    const file = path.join(ROOT, name);
    return !existsSync(file) || readFileSync(file, 'utf8') !== make();
  });
  const orphans = globSync(FOLDERS, { cwd: ROOT }).filter((name) => !(name in FILES));
  return [...stale.map(([name]) => name), ...orphans];
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const stale = findStale();
    for (const name of stale)
      console.error(`${name}: not what its source makes; 'npm run dashboards' writes it.`);
    console.log(`made from dashboards/src: ${Object.keys(FILES).length} files, ${stale.length} stale`);
    if (stale.length > 0) process.exitCode = 1;
  } else {
    for (const [name, make] of Object.entries(FILES)) {
      mkdirSync(path.dirname(path.join(ROOT, name)), { recursive: true });
      writeFileSync(path.join(ROOT, name), make());
    }
    console.log(`made from dashboards/src: ${Object.keys(FILES).length} files written`);
  }
}
