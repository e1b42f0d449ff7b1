/**
 * The stack's benchmark: `npm run bench -- --stack`. The built proxy in front of the prepared upstream, exporting
 * everything into the native collector, Loki, Tempo and Prometheus, all on this machine with the load generator:
 * how soon an event is found, at which rate everything keeps up, what it takes in memory and on disk. Nothing else
 * may run on the machine meanwhile.
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from '../../scripts/stack/build.ts';
import { PROGRAMS } from '../../scripts/stack/programs.ts';
import { readArrived, waitForArrival } from './stackArrival.ts';
import { type DiskUse, measureDisk } from './stackDisk.ts';
import { measureVisibility, type Visible } from './stackProbe.ts';
import { runLoad, type Stage, withStage } from './stackStage.ts';
import { type Memory, readMemory } from './usage.ts';

export interface StackPlan {
  /** Events a second while visibility is measured, of them so many looked for, and for how long. */
  readonly visiblePerSecond: number;
  readonly probesPerSecond: number;
  readonly visibleMs: number;
  /** Requests a second, ascending; the first that is not kept up with ends the series. */
  readonly rates: readonly number[];
  readonly rateMs: number;
  /** Requests after which memory and disk are read, and how many a second where the machine keeps up with so many. */
  readonly volume: number;
  readonly volumePerSecond: number;
}

export interface RateResult {
  readonly perSecond: number;
  readonly requests: number;
  /** Due, and not answered within ten seconds. */
  readonly unanswered: number;
  readonly answerP99Us: number;
  /** From the last answer until Loki and Tempo have everything; undefined when they never had. */
  readonly behindMs: number | undefined;
}

export interface Part {
  readonly name: string;
  readonly memory: Memory;
}

export interface StackFigures {
  readonly plan: StackPlan;
  /** Of one minute, before anything was started. */
  readonly loadBefore: number;
  readonly visible: readonly Visible[];
  readonly rates: readonly RateResult[];
  readonly parts: readonly Part[];
  readonly disk: DiskUse;
}

/** Behind by no more than this at the end of a rate's time, the stack keeps up with it. */
export const BEHIND_MS_MAX = 5_000;
const GIVE_UP_MS = 180_000;
const WARM_MS = 10_000;
/** What was sent last is on its way for so long. */
const REST_MS = 3_000;

export async function measureStack(
  binaries: Binaries,
  plan: StackPlan,
  say: (line: string) => void,
): Promise<StackFigures> {
  const [loadBefore = 0] = loadavg();
  const { visible, rates } = await withStage(binaries, async (stage) => {
    say('warming up');
    await runLoad(stage, plan.visiblePerSecond, WARM_MS);
    say(`from event to visible, at ${plan.visiblePerSecond}/s`);
    const visible = await measureVisible(stage, plan);
    for (const { road, p50Ms, p99Ms } of visible)
      say(`${road}: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`);
    return { visible, rates: await measureRates(stage, plan, say) };
  });
  const highest = rates.filter(keepsUp).at(-1)?.perSecond ?? plan.visiblePerSecond;
  const volumePerSecond = Math.min(plan.volumePerSecond, highest);
  say(`${plan.volume.toLocaleString('en')} requests into an empty stack, ${volumePerSecond}/s`);
  const { parts, disk } = await withStage(binaries, async (stage) => {
    const warm = await runLoad(stage, plan.visiblePerSecond, WARM_MS);
    const rest = plan.volume - warm.requests;
    const { requests, behindMs } = await run(stage, volumePerSecond, (rest * 1_000) / volumePerSecond);
    if (behindMs === undefined) throw new Error('the stores never had everything');
    return { parts: readParts(stage), disk: await measureDisk(stage, warm.requests + requests) };
  });
  return { plan: { ...plan, volumePerSecond }, loadBefore, visible, rates, parts, disk };
}

/** Load and probes together make the rate. */
async function measureVisible(stage: Stage, plan: StackPlan): Promise<readonly Visible[]> {
  const { probesPerSecond, visibleMs } = plan;
  const [visible] = await Promise.all([
    measureVisibility({
      proxyPort: stage.proxyPort,
      addresses: stage.stack.addresses,
      perSecond: probesPerSecond,
      durationMs: visibleMs,
    }),
    runLoad(stage, plan.visiblePerSecond - probesPerSecond, visibleMs),
  ]);
  return visible;
}

async function measureRates(
  stage: Stage,
  { rates, rateMs }: StackPlan,
  say: (line: string) => void,
): Promise<readonly RateResult[]> {
  const results: RateResult[] = [];
  await sleep(REST_MS);
  for (const perSecond of rates) {
    say(`${perSecond}/s for ${rateMs / 1_000} s`);
    const result = await run(stage, perSecond, rateMs);
    results.push(result);
    say(
      `behind by ${result.behindMs?.toFixed(0) ?? 'more than was waited for,'} ms, ${result.unanswered} unanswered`,
    );
    if (!keepsUp(result)) break;
  }
  return results;
}

/** Whether all of a rate was answered, and there soon after its end. */
export function keepsUp({ unanswered, behindMs }: RateResult): boolean {
  return unanswered === 0 && behindMs !== undefined && behindMs <= BEHIND_MS_MAX;
}

/** A rate for a time, and how long the stores take after it. */
async function run(stage: Stage, perSecond: number, durationMs: number): Promise<RateResult> {
  const { addresses } = stage.stack;
  const from = Date.now();
  const before = await readArrived(addresses, from);
  const result = await runLoad(stage, perSecond, durationMs);
  const wanted = {
    calls: result.requests,
    // One SERVER and one CLIENT span of each, of the handshakes too.
    spans: before.spans + 2 * (result.requests + result.handshakes),
  };
  const behindMs = await waitForArrival(addresses, from, wanted, GIVE_UP_MS);
  const { requests, unanswered, p99Us } = result;
  return { perSecond, requests, unanswered, answerP99Us: p99Us, behindMs };
}

function readParts({ stack, proxy }: Stage): readonly Part[] {
  return [
    { name: 'proxy', memory: readMemory(proxy.pid) },
    ...PROGRAMS.map(({ name }) => ({ name, memory: readMemory(stack.pid(name)) })),
  ];
}
