/**
 * Measures one variant once: the phases in order on a fresh process, and the long run for memory and loss. CPU
 * time is taken from before a phase until the proxy has come to rest after it, so that work put off (queues,
 * batches, another thread) is charged to the requests that caused it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadJob, LoadResult } from './loadJob.ts';
import type { PhaseName, Plan } from './plan.ts';
import { phases, soakRate } from './plan.ts';
import { askProgram, type Program } from './program.ts';
import type { ReceiverCount } from './receiverProgram.ts';
import { type Memory, readCpuUs, readMemory } from './usage.ts';
import { type ReadCount, requestRecords, waitForCount } from './validation.ts';
import type { RunningVariant, Variant } from './variants.ts';

export interface PhaseResult {
  readonly load: LoadResult;
  /** Of the proxy's whole process, per request. Absent without a proxy. */
  readonly cpuUs: number | undefined;
  /** Requests sent without a `sightline.request` record received. Absent where nothing is exported. */
  readonly missing: number | undefined;
}

export interface SoakResult extends PhaseResult, Memory {
  /** `sightline.loss` records: what the proxy itself says was dropped, cut or evicted. */
  readonly losses: number | undefined;
}

export type RoundResult = Readonly<Record<PhaseName, PhaseResult>>;

export interface Bench {
  readonly load: Program;
  readonly readCount: ReadCount;
}

const restWithinMs = 15_000;
const restStepMs = 200;
/** CPU time of a resting process in one step: timers, garbage, the tick of the fold. */
const restCpuUs = 10_000;

export async function measureRound(
  bench: Bench,
  variant: Variant,
  running: RunningVariant,
  plan: Plan,
): Promise<RoundResult> {
  await warmUp(bench, variant, running, plan);
  const results: Partial<Record<PhaseName, PhaseResult>> = {};
  for (const name of Object.keys(phases) as PhaseName[]) {
    const job = { ...phases[name], port: running.port, durationMs: plan.phaseMs[name] };
    results[name] = await measurePhase(bench, variant, running, job);
  }
  return results as RoundResult;
}

/** The long run at a fixed rate. */
export async function measureSoak(
  bench: Bench,
  variant: Variant,
  running: RunningVariant,
  plan: Plan,
): Promise<SoakResult> {
  await warmUp(bench, variant, running, plan);
  const before = await bench.readCount();
  let memory: Memory = { residentBytes: 0, residentPeakBytes: 0 };
  const job: LoadJob = {
    kind: 'open',
    port: running.port,
    fixture: 'call',
    connections: 64,
    ratePerSecond: soakRate,
    durationMs: plan.soakMs,
  };
  const phase = await measurePhase(bench, variant, running, job, () => {
    if (running.program) memory = readMemory(running.program.pid);
  });
  const losses = lossRecords(await bench.readCount()) - lossRecords(before);
  return { ...phase, ...memory, losses: variant.exports ? losses : undefined };
}

/** Compiled code, filled pools and grown heaps are what a service runs on; the first seconds are not. */
async function warmUp(bench: Bench, variant: Variant, running: RunningVariant, plan: Plan): Promise<void> {
  const durationMs = running.program ? plan.warmMs : Math.min(plan.warmMs, 300);
  const job: LoadJob = { kind: 'closed', fixture: 'call', connections: 16, port: running.port, durationMs };
  await measurePhase(bench, variant, running, job);
  for (const fixture of ['stream', 'document'] as const) {
    await measurePhase(bench, variant, running, { ...job, fixture, durationMs: durationMs / 6 });
  }
}

async function measurePhase(
  { load, readCount }: Bench,
  variant: Variant,
  { program }: RunningVariant,
  job: LoadJob,
  atEnd?: () => void,
): Promise<PhaseResult> {
  const before = variant.exports ? await readCount() : undefined;
  const cpuBeforeUs = program ? readCpuUs(program.pid) : 0;
  const answer = await askProgram<{ result?: LoadResult; failure?: string }>(load, job);
  atEnd?.();
  if (answer.result === undefined) throw new Error(`${variant.name}: ${answer.failure ?? 'no result'}`);
  const { result } = answer;
  if (result.errors > 0) {
    throw new Error(`${variant.name}: ${result.errors} wrong answers: ${result.errorTexts.join('; ')}`);
  }
  const sent = result.requests + result.handshakes;
  const missing = before && sent - (await countDelivered(readCount, before, sent));
  if (program) await waitForRest(program);
  const cpuUs = program && (readCpuUs(program.pid) - cpuBeforeUs) / sent;
  return { load: result, cpuUs, missing };
}

/** What has arrived once everything did, or once nothing more comes. */
async function countDelivered(readCount: ReadCount, before: ReceiverCount, sent: number): Promise<number> {
  const delivered = (count: ReceiverCount): number => requestRecords(count) - requestRecords(before);
  const after = await waitForCount(readCount, (count) => delivered(count) >= sent);
  if (after.failures.length > 0) throw new Error(`the receiver could not read: ${after.failures.join('; ')}`);
  return delivered(after);
}

function lossRecords(count: ReceiverCount): number {
  return count.records['sightline.loss'] ?? 0;
}

async function waitForRest(program: Program): Promise<void> {
  const untilMs = performance.now() + restWithinMs;
  for (let last = readCpuUs(program.pid); performance.now() < untilMs; ) {
    await sleep(restStepMs);
    const now = readCpuUs(program.pid);
    if (now - last <= restCpuUs) return;
    last = now;
  }
}
