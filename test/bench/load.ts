/**
 * The two ways of asking. Closed loop: as fast as answers come, over so many connections. Open loop: at a fixed
 * rate, latency counted from the planned start, so that a proxy that stalls is charged for every request that
 * should have been sent meanwhile (a closed loop forgives that). Bounded in time: what is not answered within the
 * patience is an error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readMonotonicUs } from './clock.ts';
import { firstId } from './fixtures.ts';
import { LoadConnection } from './loadConnection.ts';
import type { ClosedJob, LoadJob, LoadResult, OpenJob } from './loadJob.ts';
import { startMetronome } from './metronome.ts';
import { percentile } from './statistics.ts';

const patienceMs = 10_000;
const samplesMax = 4_000_000;
const errorTextsMax = 5;

let nextId = firstId;

export function runLoad(job: LoadJob): Promise<LoadResult> {
  return job.kind === 'closed' ? runClosed(job) : runOpen(job);
}

/** What both loops collect. */
class Tally {
  readonly latenciesUs: number[] = [];
  readonly latesUs: number[] = [];
  readonly errorTexts: string[] = [];
  errors = 0;
  requests = 0;
  inTime = 0;

  addReply(latencyUs: number, inTime: boolean): void {
    this.requests += 1;
    if (inTime) this.inTime += 1;
    if (this.latenciesUs.length < samplesMax) this.latenciesUs.push(latencyUs);
  }

  addError(text: string): void {
    this.errors += 1;
    if (this.errorTexts.length < errorTextsMax) this.errorTexts.push(text);
  }

  finish(job: LoadJob): LoadResult {
    const sorted = Float64Array.from(this.latenciesUs).sort();
    const lates = Float64Array.from(this.latesUs).sort();
    return {
      requests: this.requests,
      handshakes: job.connections,
      inTime: this.inTime,
      durationMs: job.durationMs,
      p50Us: percentile(sorted, 0.5) ?? 0,
      p90Us: percentile(sorted, 0.9) ?? 0,
      p99Us: percentile(sorted, 0.99) ?? 0,
      lateP99Us: percentile(lates, 0.99) ?? 0,
      errors: this.errors,
      errorTexts: this.errorTexts,
    };
  }
}

async function runClosed(job: ClosedJob): Promise<LoadResult> {
  const tally = new Tally();
  let working = 0;
  let endUs = Number.POSITIVE_INFINITY;
  const send = (connection: LoadConnection): void => {
    connection.sinceUs = readMonotonicUs();
    connection.send(takeId());
  };
  const connections = await openConnections(job, {
    onReply: (connection) => {
      const nowUs = readMonotonicUs();
      tally.addReply(nowUs - connection.sinceUs, nowUs <= endUs);
      if (nowUs < endUs) send(connection);
      else working -= 1;
    },
    onFailure: (_connection, text) => {
      tally.addError(text);
      working -= 1;
    },
  });
  working = connections.length;
  endUs = readMonotonicUs() + job.durationMs * 1_000;
  connections.forEach(send);
  await waitFor(() => working <= 0, job.durationMs + patienceMs);
  for (const connection of connections) connection.close();
  if (working > 0) tally.addError(`${working} requests were never answered`);
  return tally.finish(job);
}

async function runOpen(job: OpenJob): Promise<LoadResult> {
  const tally = new Tally();
  const total = Math.floor((job.ratePerSecond * job.durationMs) / 1_000);
  const periodUs = 1_000_000 / job.ratePerSecond;
  let startUs = Number.POSITIVE_INFINITY;
  let next = 0;
  let starved = false;
  const sendDue = (): void => {
    const nowUs = readMonotonicUs();
    while (next < total && startUs + next * periodUs <= nowUs) {
      // In turn, so that none rests until the proxy closes it as idle.
      const connection = free.shift();
      if (connection === undefined) {
        starved = true;
        return;
      }
      connection.sinceUs = startUs + next * periodUs;
      // A request that waited for a connection is late through the proxy, not through the generator.
      if (!starved) tally.latesUs.push(nowUs - connection.sinceUs);
      next += 1;
      connection.send(takeId());
    }
    starved = false;
  };
  const free = await openConnections(job, {
    onReply: (connection) => {
      const nowUs = readMonotonicUs();
      tally.addReply(nowUs - connection.sinceUs, nowUs <= startUs + job.durationMs * 1_000);
      free.push(connection);
      sendDue();
    },
    onFailure: (_connection, text) => tally.addError(text),
  });
  const connections = [...free];
  const metronome = await startMetronome(periodUs, total, sendDue);
  startUs = metronome.startUs;
  const settled = (): boolean => tally.requests + tally.errors >= total || tally.errors >= job.connections;
  await waitFor(settled, job.durationMs + patienceMs);
  await metronome.stop();
  for (const connection of connections) connection.close();
  const missing = total - tally.requests - tally.errors;
  if (missing > 0) tally.addError(`${missing} requests were never answered or never sent`);
  return tally.finish(job);
}

async function openConnections(
  job: LoadJob,
  events: ConstructorParameters<typeof LoadConnection>[2],
): Promise<LoadConnection[]> {
  const connections = Array.from(
    { length: job.connections },
    () => new LoadConnection(job.port, job.fixture, events),
  );
  await Promise.all(connections.map((connection) => connection.shakeHands()));
  return connections;
}

/** Looks every few milliseconds: cheap beside the load, and no event can be missed. */
async function waitFor(done: () => boolean, timeoutMs: number): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  while (!done() && performance.now() < untilMs) await sleep(5);
}

function takeId(): number {
  nextId += 1;
  return nextId;
}
