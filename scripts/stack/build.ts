/**
 * Builds the programs of the stack that are not built yet, one after the other, from the versions pinned under
 * `test/stack/`. Run by itself it builds them and prints where they are.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildKey, builtFolder, cacheFolder, removeUnfinished, unfinishedFolder } from './cache.ts';
import { BuildProblem, findModule, readToolchain, runGo } from './go.ts';
import { type GoProgram, PROGRAMS, type ProgramName, sourceFolder } from './programs.ts';
import { type Progress, showProgress } from './progress.ts';

/** Path of each executable by its name. */
export type Binaries = Readonly<Record<string, string>>;

interface Place {
  readonly program: GoProgram;
  readonly folder: string;
}

/** The executables of the programs, building first what is missing. Throws `BuildProblem`. */
export async function buildStack(
  names: readonly ProgramName[] = PROGRAMS.map(({ name }) => name),
): Promise<Binaries> {
  return buildAll(PROGRAMS.filter(({ name }) => names.includes(name)));
}

/** The same for any programs; what belongs to each beside its executables is in its folder too. */
export async function buildAll(programs: readonly GoProgram[]): Promise<Binaries> {
  const places = programs.map(findPlace);
  removeUnfinished(path.join(cacheFolder(), 'stack'));
  const missing = places.filter(({ folder }) => !existsSync(folder));
  for (const [index, place] of missing.entries()) {
    const progress = showProgress(
      `building ${place.program.name} ${place.program.version} (${index + 1} of ${missing.length})`,
    );
    try {
      await build(place, progress);
      progress.end('built');
    } catch (error) {
      progress.end('failed');
      throw error;
    }
  }
  return collectBinaries(places);
}

/** The executables when all of them are built; otherwise why not, in one sentence. */
export function findStack(
  names: readonly ProgramName[] = PROGRAMS.map(({ name }) => name),
): Binaries | string {
  const programs = PROGRAMS.filter(({ name }) => names.includes(name));
  return findPrograms(programs, 'npm run stack -- --build-only builds them');
}

/** The same for any programs; `remedy` says what builds them. */
export function findPrograms(
  programs: readonly GoProgram[],
  remedy = 'npm test builds it first',
): Binaries | string {
  try {
    const places = programs.map(findPlace);
    const missing = places.filter(({ folder }) => !existsSync(folder)).map(({ program }) => program.name);
    if (missing.length === 0) return collectBinaries(places);
    return `not built: ${missing.join(', ')} (${remedy})`;
  } catch (error) {
    if (error instanceof BuildProblem) return error.message;
    throw error;
  }
}

/** Where a program is once it is built. */
export function findPlace(program: GoProgram): Place {
  const files = program.files === undefined ? [] : [JSON.stringify(program.files)];
  const key = buildKey(program, readToolchain(program), [...recipe(program), ...files]);
  return { program, folder: builtFolder(program, key) };
}

function collectBinaries(places: readonly Place[]): Binaries {
  return Object.fromEntries(
    places.flatMap(({ program, folder }) =>
      [...Object.keys(program.binaries), ...Object.keys(program.files ?? {})].map((name) => [
        name,
        path.join(folder, name),
      ]),
    ),
  );
}

/** Flags of the compilation, which are part of the key. `-v` names each package as it is compiled. */
function recipe(program: GoProgram): readonly string[] {
  const named = program.versionVariable ? ` -X ${program.versionVariable}=${program.version}` : '';
  const tags = program.tags ? ['-tags', program.tags] : [];
  return ['-trimpath', ...tags, '-ldflags', `-s -w${named}`];
}

async function build({ program, folder }: Place, progress: Progress): Promise<void> {
  const unfinished = unfinishedFolder(folder);
  mkdirSync(unfinished, { recursive: true });
  try {
    if (program.manifest === undefined) await compile(program, unfinished, progress);
    else await assemble(program, program.manifest, unfinished, progress);
    for (const [name, file] of Object.entries(program.files ?? {}))
      copyFileSync(path.join(await findModule(program, file.module), file.path), path.join(unfinished, name));
    moveInto(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The rename is what makes a program built; who comes second throws its equal away. */
function moveInto(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

async function compile(program: GoProgram, into: string, progress: Progress): Promise<void> {
  for (const [name, source] of Object.entries(program.binaries)) {
    const flags = ['-mod=readonly', '-v', ...recipe(program), '-o', path.join(into, name)];
    await runGo({
      cwd: sourceFolder(program),
      args: ['build', ...flags, source],
      onLine: (line) => progress.step(line),
    });
  }
}

/** Lets the collector builder write the sources of a collector with the manifest's components, and compiles them. */
async function assemble(
  program: GoProgram,
  manifest: string,
  into: string,
  progress: Progress,
): Promise<void> {
  const sources = path.join(into, 'sources');
  const given = readFileSync(path.join(sourceFolder(program), manifest), 'utf8');
  const config = path.join(into, manifest);
  writeFileSync(config, given.replace(/^dist:\n/m, `dist:\n  output_path: ${JSON.stringify(sources)}\n`));
  const onLine = (line: string): void => progress.step(line);
  const builder = ['tool', 'builder', '--skip-compilation', '--config', config];
  await runGo({ cwd: sourceFolder(program), args: builder, onLine });
  const [name = 'otelcol'] = Object.keys(program.binaries);
  const flags = ['-v', ...recipe(program), '-o', path.join(into, name)];
  await runGo({ cwd: sources, args: ['build', ...flags, '.'], onLine });
  rmSync(sources, { recursive: true });
}

if (import.meta.main) {
  try {
    for (const [name, file] of Object.entries(await buildStack())) console.log(`${name.padEnd(12)} ${file}`);
  } catch (error) {
    if (!(error instanceof BuildProblem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
