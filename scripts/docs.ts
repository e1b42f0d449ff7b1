/**
 * `npm run docs` writes the pages that are made from tables in the source; `--check` compares instead and fails
 * where a page is out of date. Each page has a script of its own.
 */
import { spawnSync } from 'node:child_process';

const PAGES = ['scripts/docs-names.ts', 'scripts/docs-options.ts', 'scripts/docs-api.ts'];

const failed = PAGES.filter(
  (script) =>
    spawnSync(process.execPath, [script, ...process.argv.slice(2)], { stdio: 'inherit' }).status !== 0,
);
if (failed.length > 0) process.exitCode = 1;
