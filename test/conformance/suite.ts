/**
 * Runs `@modelcontextprotocol/conformance` as a program and reads what it wrote: one file of checks for each
 * scenario. What the checks mean is judged in `compare.ts`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type CheckCounts, countChecks } from './compare.ts';

/** The requirement sets the suite knows, which are also its protocol revisions. */
export const revisions = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof revisions)[number];

export interface Requirement {
  readonly scenario: string;
  readonly leg: 'server' | 'client';
  readonly isScored: boolean;
}

const require = createRequire(import.meta.url);
const packagePath = dirname(require.resolve('@modelcontextprotocol/conformance/package.json'));
const programPath = join(packagePath, 'dist/index.js');
/** Far beyond what any scenario takes: two busy cores must not look like a failure. */
const timeoutMs = 120_000;

/** Every scenario of a requirement set, scored or only reported. */
export async function listRequirements(revision: Revision): Promise<readonly Requirement[]> {
  const output = await runProgram(['list', '--requirements', revision]);
  const requirements: Requirement[] = [];
  let leg: Requirement['leg'] = 'server';
  for (const line of output.split('\n')) {
    if (line.startsWith('Server scenarios')) leg = 'server';
    if (line.startsWith('Client scenarios')) leg = 'client';
    const [, scenario, unscoredLeg] = /^\s+- (\S+)(?: \[(server|client)\])?$/.exec(line) ?? [];
    if (scenario === undefined) continue;
    const isUnscored = unscoredLeg === 'server' || unscoredLeg === 'client';
    requirements.push({ scenario, leg: isUnscored ? unscoredLeg : leg, isScored: !isUnscored });
  }
  return requirements;
}

/** Runs every server scenario of a set against `url`, one after another; the checks by scenario. */
export async function runServerScenarios(
  url: string,
  revision: Revision,
  directory: string,
): Promise<ReadonlyMap<string, CheckCounts>> {
  const flags = ['--requirements', revision, '--output-dir', directory, '--timeout', String(timeoutMs)];
  await runInto(directory, ['server', '--url', url, ...flags]);
  const byScenario = new Map<string, CheckCounts>();
  for (const name of readdirSync(directory)) {
    // The directory is named after the scenario and the moment it began.
    const scenario = /^server-(.*?)-\d{4}-\d{2}-\d{2}T/.exec(name)?.[1];
    if (scenario !== undefined) byScenario.set(scenario, readChecks(join(directory, name)));
  }
  return byScenario;
}

/** Runs one client scenario with `command`, to which the suite appends its mock server's address. */
export async function runClientScenario(
  command: string,
  scenario: string,
  revision: Revision,
  directory: string,
): Promise<CheckCounts> {
  const flags = ['--scenario', scenario, '--spec-version', revision, '--force'];
  const output = ['--output-dir', directory, '--timeout', String(timeoutMs)];
  await runInto(directory, ['client', '--command', command, ...flags, ...output]);
  return readChecks(directory);
}

function readChecks(directory: string): CheckCounts {
  const files = globSync('**/checks.json', { cwd: directory });
  return countChecks(files.flatMap((file) => JSON.parse(readFileSync(join(directory, file), 'utf8'))));
}

/** Keeps what the program said beside its checks, for whoever asks why they are not as expected. */
async function runInto(directory: string, args: readonly string[]): Promise<void> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'output.txt'), await runProgram(args));
}

/** The exit code says whether checks failed, which the checks themselves say better: it is not looked at. */
async function runProgram(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [programPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(child, 'close');
  return output;
}
