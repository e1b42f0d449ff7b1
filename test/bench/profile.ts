/**
 * Names where a proxy's time goes: loads it under Node's CPU profiler and sums self time by function, one table for
 * each thread (the forwarding one, and the worker). A profile costs time itself, so nothing here is compared.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bench } from './measurement.ts';
import { askProgram } from './program.ts';
import { formatTable } from './report.ts';
import { readThreadCpuUs } from './usage.ts';
import { type Addresses, startVariant, type Variant } from './variants.ts';

/** The part of V8's .cpuprofile that is read. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly name: string;
  readonly selfUs: number;
}

const rowsMax = 25;
/** The name of a regular expression is its whole source. */
const nameMax = 80;
const loadMs = 6_000;
const warmMs = 2_000;

/** The load is open loop at 3,000/s, where a proxy has its usual work and no queue. */
export async function profileVariant(variant: Variant, bench: Bench, addresses: Addresses): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-bench-profile-'));
  // By the environment, for a worker may be started without the flags of its process.
  const profiling = `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-interval=200`;
  const running = await startVariant(variant, addresses, { NODE_OPTIONS: profiling });
  const { port } = running;
  let requests = 0;
  let threads: readonly string[] = [];
  try {
    const job = { fixture: 'call', port, connections: 64 } as const;
    await askProgram(bench.load, { ...job, kind: 'closed', connections: 16, durationMs: warmMs });
    const before = running.program && readThreadCpuUs(running.program.pid);
    const told = await askProgram<{ result?: { requests: number } }>(bench.load, {
      ...job,
      kind: 'open',
      ratePerSecond: 3_000,
      durationMs: loadMs,
    });
    requests = told.result?.requests ?? 0;
    if (running.program) {
      threads = [...readThreadCpuUs(running.program.pid)]
        .map(([name, us]) => [name, us - (before?.get(name) ?? 0)] as const)
        .filter(([, us]) => us > 0)
        .map(([name, us]) => `${name} ${Math.round(us / Math.max(1, requests))}`);
    }
  } finally {
    await running.stop();
  }
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  const tables = files.sort().map((name) => {
    const profile: CpuProfile = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    return formatProfile(name, profile);
  });
  rmSync(folder, { recursive: true });
  if (tables.length === 0)
    return `${variant.name}: no profile was written; is it a Node program that ends in order?`;
  return [
    `${variant.name}, ${requests} requests at 3,000/s after a warm-up; CPU µs per request by thread, the profiler's own included: ${threads.join(', ')}`,
    ...tables,
  ].join('\n\n');
}

/**
 * Self time by function over the last `lastUs`, greatest first: what comes before is start and warm-up. What the
 * profiler saw of an idle thread is left out.
 */
export function sumSelfTimes(profile: CpuProfile, lastUs: number): readonly SelfTime[] {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameFrame(callFrame)]));
  const sums = new Map<string, number>();
  const totalUs = profile.timeDeltas.reduce((sum, each) => sum + each, 0);
  let atUs = 0;
  for (const [index, sample] of profile.samples.entries()) {
    atUs += profile.timeDeltas[index] ?? 0;
    if (atUs < totalUs - lastUs) continue;
    const name = names.get(sample) ?? '(unknown)';
    // V8 gives the time before a sample; the time after it is what its function used.
    sums.set(name, (sums.get(name) ?? 0) + Math.max(0, profile.timeDeltas[index + 1] ?? 0));
  }
  return [...sums]
    .filter(([name]) => name !== '(idle)')
    .map(([name, selfUs]) => ({ name, selfUs }))
    .sort((a, b) => b.selfUs - a.selfUs);
}

function formatProfile(file: string, profile: CpuProfile): string {
  const times = sumSelfTimes(profile, loadMs * 1_000);
  const totalUs = times.reduce((sum, { selfUs }) => sum + selfUs, 0);
  const rows = times
    .slice(0, rowsMax)
    .map(({ name, selfUs }) => [
      `${((selfUs * 100) / totalUs).toFixed(1)} %`,
      `${(selfUs / 1_000).toFixed(0)}`,
      name,
    ]);
  return `${file}: ${(totalUs / 1_000).toFixed(0)} ms busy\n\n${formatTable(['share', 'ms', 'function'], rows)}`;
}

function nameFrame({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName.slice(0, nameMax).replaceAll('|', '\\|');
  if (url === '') return name;
  const place = url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/proxy\/src\//, '');
  return `${name} ${place}:${lineNumber + 1}`;
}
