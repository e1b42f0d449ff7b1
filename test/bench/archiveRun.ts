/**
 * The archive's benchmark: `npm run bench -- --archive`. Fills archives with a past made by the real fold, then asks
 * what the page asks. Nothing else may run on the machine meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openArchive } from '../../proxy/src/store/openArchive.ts';
import { openReader } from '../../proxy/src/store/openReader.ts';
import { T0 } from '../../proxy/src/testing/frames.ts';
import { type HistoryOptions, makeHistory } from '../support/history.ts';
import { questionsOf } from './archiveQueries.ts';
import { makeLongPast } from './longPast.ts';
import { percentile } from './statistics.ts';

export interface Asked {
  readonly name: string;
  /** Milliseconds, by number of events. */
  readonly times: readonly { readonly p50: number; readonly p99: number }[];
}

export interface Written {
  readonly payloadMode: 'off' | 'redacted';
  /** Microseconds of CPU. */
  readonly perRequest: number;
  /** Of the file, with its indexes. */
  readonly bytesPerEvent: number;
}

export interface ArchiveFigures {
  readonly sizes: readonly number[];
  readonly written: readonly Written[];
  readonly asked: readonly Asked[];
}

const NOW_MS = T0 / 1000;
const WEEK_MS = 7 * 86_400_000;
/** Events of a batch at 3,000 requests a second: what 50 ms bring. */
const BATCH = 150;

/** @param sizes Requests of each archive that is asked. */
export function measureArchive(
  sizes: readonly number[],
  rounds: number,
  say: (line: string) => void,
): ArchiveFigures {
  const written = (['off', 'redacted'] as const).map((payloadMode) => {
    say(`writing, payload-mode ${payloadMode}`);
    return measureWriting(payloadMode);
  });
  const times = sizes.map((size) => {
    say(`filling an archive with ${size.toLocaleString('en')} requests`);
    return withArchive(pastOf(size), (file, past) => measureReading(file, past, rounds));
  });
  const names = [...(times[0]?.keys() ?? [])];
  return {
    sizes,
    written,
    asked: names.map((name) => ({ name, times: times.flatMap((ofSize) => ofSize.get(name) ?? []) })),
  };
}

/** A week, with one session of 10,000 calls, or of a tenth where there are fewer. */
function pastOf(calls: number): HistoryOptions {
  return {
    calls,
    sessions: Math.ceil(calls / 60),
    longSessionCalls: Math.min(10_000, calls / 10),
    fromMs: NOW_MS - WEEK_MS,
    toMs: NOW_MS,
  };
}

/** CPU of the thread that writes, at the pace of a busy proxy; the events are made before. */
function measureWriting(payloadMode: Written['payloadMode']): Written {
  const calls = 60_000;
  const past = { calls, sessions: calls / 60, fromMs: NOW_MS - 20_000, toMs: NOW_MS, payloadMode };
  const events = [...makeHistory(past)].flat();
  return withFolder((file) => {
    const archive = open(file);
    const before = process.cpuUsage();
    for (let at = 0; at < events.length; at += BATCH) archive.append(events.slice(at, at + BATCH));
    const { user, system } = process.cpuUsage(before);
    const { bytes } = archive.stats;
    archive.close();
    const requests = events.filter(({ kind }) => kind === 'sightline.request').length;
    return {
      payloadMode,
      perRequest: (user + system) / requests,
      bytesPerEvent: bytes / events.length,
    };
  });
}

function measureReading(
  file: string,
  { fromMs, toMs }: HistoryOptions,
  rounds: number,
): Map<string, { p50: number; p99: number }> {
  const reader = openReader(file, { activeWindowMs: 300_000, now: () => toMs });
  const questions = questionsOf(reader, fromMs, toMs);
  const taken = new Map<string, number[]>(questions.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, ask } of questions) {
      const begin = performance.now();
      ask(reader);
      taken.get(name)?.push(performance.now() - begin);
    }
  }
  reader.close();
  return new Map([...taken].map(([name, times]) => [name, summarize(times)]));
}

function summarize(times: readonly number[]): { p50: number; p99: number } {
  const sorted = [...times].sort((a, b) => a - b);
  return { p50: percentile(sorted, 0.5) ?? 0, p99: percentile(sorted, 0.99) ?? 0 };
}

function withArchive<T>(past: HistoryOptions, act: (file: string, past: HistoryOptions) => T): T {
  return withFolder((file) => {
    const archive = open(file);
    for (const batch of makeLongPast(past)) archive.append(batch);
    archive.close();
    return act(file, past);
  });
}

function withFolder<T>(act: (file: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-bench-'));
  try {
    return act(path.join(folder, 'archive.sqlite'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function open(file: string) {
  const opened = openArchive({ path: file, nowMs: NOW_MS, ageMs: 0, bytesMax: 2 ** 42 });
  if (!opened.ok) throw new Error(`${opened.problem.reason}; ${opened.problem.advice}`);
  return opened.archive;
}
