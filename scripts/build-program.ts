/**
 * Builds the program into `proxy/dist` as the package and the image run it: one file for each program and thread, with
 * what they share beside them, every package built in (docs/decisions/0022). Names have no hash, because threads and
 * programs find each other by them.
 */
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { listPackages } from './release/bundledPackages.ts';
import { findLooseImports } from './release/looseImports.ts';

const ROOT = path.join(import.meta.dirname, '..');
const PROXY = path.join(ROOT, 'proxy');
export const PROGRAM = path.join(PROXY, 'dist');
/** Which packages are in it. */
export const PROGRAM_PACKAGES = path.join(PROGRAM, 'program.packages.json');
/** What a word or a thread starts by its file. All else is found by imports. */
const ENTRIES = ['sightline', 'main', 'collector', 'shimMain', 'pipeline/worker', 'pipeline/pageWorker'];
/** Of the page, whose build is another. */
const NOT_OURS = /^page(?:$|\.)/;

/** @throws with what the bundler says. */
export async function buildProgram(): Promise<void> {
  const unfinished = path.join(PROGRAM, `unfinished-${process.pid}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    // Whoever calls may be a test runner: packages give it other files.
    process.env['NODE_ENV'] = 'production';
    const { build } = await import('vite');
    await build({
      configFile: false,
      root: PROXY,
      logLevel: 'warn',
      ssr: { noExternal: true },
      plugins: [listPackages(path.join(unfinished, path.basename(PROGRAM_PACKAGES)))],
      build: {
        ssr: true,
        outDir: unfinished,
        target: 'node22.15',
        // What a stack trace of a user's says must be readable.
        minify: false,
        sourcemap: false,
        rolldownOptions: {
          input: Object.fromEntries(
            ENTRIES.map((entry) => [path.basename(entry), path.join(PROXY, 'src', `${entry}.ts`)]),
          ),
          // Flat: `../package.json` and `./worker.js` are found from every file alike.
          output: {
            format: 'es',
            entryFileNames: '[name].js',
            chunkFileNames: '[name].js',
            comments: { legal: true, annotation: false, jsdoc: false },
          },
          checks: { pluginTimings: false },
        },
      },
    });
    refuseLoose(unfinished);
    // A program that starts meanwhile finds each file old or new, never half.
    const built = readdirSync(unfinished);
    for (const name of built) renameSync(path.join(unfinished, name), path.join(PROGRAM, name));
    for (const name of readdirSync(PROGRAM))
      if (!built.includes(name) && !NOT_OURS.test(name) && !name.startsWith('unfinished-'))
        rmSync(path.join(PROGRAM, name), { recursive: true });
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function refuseLoose(folder: string): void {
  const loose = globSync('*.js', { cwd: folder }).flatMap((name) =>
    findLooseImports(readFileSync(path.join(folder, name), 'utf8')).map(
      (asked) => `${name} asks for ${asked}`,
    ),
  );
  if (loose.length > 0) throw new Error(`not everything is in it: ${loose.join(', ')}`);
}

if (import.meta.main) {
  try {
    await buildProgram();
  } catch (error) {
    console.error(`sightline: the program: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
