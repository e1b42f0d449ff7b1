/**
 * Every story in this folder: recorded traffic in, golden events, spans, log records and measurements out. Replayed
 * twice, and with the recorded bytes cut anew at random places, with equal results. `npm run stories -- --update`
 * writes the goldens anew; read their difference before committing it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, type Attributes, OUTCOMES, SESSION_SOURCES } from '../../proxy/src/contract/index.ts';
import type { Cutter } from '../../proxy/src/http/recording.ts';
import type { Event } from '../../proxy/src/observation/event.ts';
import { recount } from '../../proxy/src/observation/recount.ts';
import { Tally } from '../../proxy/src/observation/tally.ts';
import { translateLogs } from '../../proxy/src/telemetry/log.ts';
import { translateMeasurements } from '../../proxy/src/telemetry/measure.ts';
import { type AttributeList, NO_LIMITS } from '../../proxy/src/telemetry/selection.ts';
import { translateSpans } from '../../proxy/src/telemetry/span.ts';
import { eventsOf, readWire } from './replay.ts';

const HERE = import.meta.dirname;
const names = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Small, seeded, so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function cutAtRandom(seed: number): Cutter {
  const random = randomFrom(seed);
  return (bytes) => {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      const length = 1 + Math.floor(random() * random() * 40);
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    return pieces;
  };
}

/** A span or record with its attributes as keys and values, as a reader of the golden thinks of them. */
function asRow<T extends { readonly attributes: AttributeList }>(row: T) {
  const { columns, values } = row.attributes;
  return { ...row, attributes: Object.fromEntries(columns.map(({ key }, index) => [key, values[index]])) };
}

function goldensOf(events: readonly Event[]): Record<string, string> {
  const pretty = (rows: readonly unknown[]) =>
    `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  const recorded = events.filter((event) => event.kind !== 'traffic');
  const measurements = translateMeasurements(events);
  return {
    'events.jsonl': `${events.map((event) => JSON.stringify(event)).join('\n')}\n`,
    'spans.json': pretty(
      events
        .flatMap((event) => (event.kind === 'sightline.request' ? translateSpans(event, NO_LIMITS) : []))
        .map(asRow),
    ),
    'logs.json': pretty(recorded.flatMap((event) => translateLogs(event, true, NO_LIMITS)).map(asRow)),
    'measurements.json': pretty(measurements),
  };
}

describe.each(names)('%s', (name) => {
  const folder = join(HERE, name);
  const wire = readWire(join(folder, 'wire.jsonl'));
  const events = eventsOf(wire);

  it('says why it is told', () => {
    expect(readFileSync(join(folder, 'why.md'), 'utf8').length).toBeGreaterThan(80);
  });

  it('gives the golden events, spans, records and measurements', async () => {
    for (const [file, text] of Object.entries(goldensOf(events))) {
      await expect(text).toMatchFileSnapshot(join(folder, file));
    }
  });

  it('gives the same events at every replay, however the bytes were cut', () => {
    expect(eventsOf(wire)).toEqual(events);
    for (const seed of [1, 2, 3]) expect(eventsOf(wire, cutAtRandom(seed)), `seed ${seed}`).toEqual(events);
  });

  it('keeps the promises that hold for every event', () => {
    expect(brokenPromises(events)).toEqual([]);
  });

  it('counts the same from what was recorded as while it was concluded', () => {
    const summaries = events.filter((event) => event.kind === 'sightline.session');
    expect(summaries.map(({ attributes }) => recountOf(events, attributes))).toEqual(
      summaries.map(({ attributes }) => countsOf(attributes)),
    );
  });
});

const COUNTS = [
  'calls',
  'tool_calls',
  'errors',
  'retries',
  'recovered',
  'gave_up',
  'bytes',
  'tools',
] as const;

/** What a summary counts, as one line. */
function countsOf(summary: Attributes): string {
  const counts = COUNTS.map((key) => `${key} ${summary[`sightline.session.${key}`]}`);
  const seconds = summary['sightline.session.tool_time']?.toFixed(6);
  return [...counts, `tokens ${summary['sightline.session.tokens_estimated']}`, `${seconds} s`].join(', ');
}

/** The same, from the records of the session that the summary knew. */
function recountOf(events: readonly Event[], summary: Attributes): string {
  const tally = new Tally();
  for (const event of events) {
    const { attributes } = event;
    const isCounted =
      event.kind !== 'traffic' &&
      attributes['sightline.session.id'] === summary['sightline.session.id'] &&
      (attributes['sightline.event.number'] ?? Infinity) <= (summary['sightline.session.events'] ?? 0);
    if (isCounted) recount(tally, event);
  }
  return countsOf(tally.attributes());
}

/** What the contract says of every record, whatever the story. */
function brokenPromises(events: readonly Event[]): string[] {
  const broken: string[] = [];
  const keys = new Set<string>(ATTRIBUTES.map((row) => row.key));
  const numbers = new Map<string, number>();
  let last = '';
  for (const event of events) {
    for (const key of Object.keys(event.attributes)) if (!keys.has(key)) broken.push(`unknown key ${key}`);
    if (event.kind === 'traffic') continue;
    if (event.timeNs <= last) broken.push(`time ${event.timeNs} does not follow ${last}`);
    last = event.timeNs;
    const { attributes } = event;
    const id = attributes['sightline.event.id'];
    if (id !== undefined && id.at(-1) !== event.bucket) broken.push(`id ${id} not in bucket ${event.bucket}`);
    const session = attributes['sightline.session.id'];
    const number = attributes['sightline.event.number'];
    if (session !== undefined && number !== undefined) {
      if (number !== (numbers.get(session) ?? 0) + 1) broken.push(`number ${number} in session ${session}`);
      numbers.set(session, number);
    }
    const total = attributes['sightline.duration'];
    const parts =
      (attributes['sightline.upstream.duration'] ?? 0) + (attributes['sightline.proxy.duration'] ?? 0);
    if (
      total !== undefined &&
      attributes['sightline.outcome'] !== undefined &&
      Math.abs(total - parts) > 1e-9
    ) {
      broken.push(`${parts} s do not add up to ${total} s`);
    }
  }
  return broken;
}

describe('the stories together', () => {
  const all = names.flatMap((name) => eventsOf(readWire(join(HERE, name, 'wire.jsonl'))));
  const seen = (
    key: 'sightline.outcome' | 'sightline.session.source' | 'event.name' | 'mcp.protocol.version',
  ) => new Set(all.map((event) => event.attributes[key]));

  it('show every outcome', () =>
    expect([...seen('sightline.outcome')]).toEqual(expect.arrayContaining([...OUTCOMES])));

  it('show every session source but `process`, which needs a wrapped process', () => {
    const sources = SESSION_SOURCES.filter((source) => source !== 'process');
    expect([...seen('sightline.session.source')]).toEqual(expect.arrayContaining(sources));
  });

  it('show every era', () => {
    const revisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
    expect([...seen('mcp.protocol.version')]).toEqual(expect.arrayContaining(revisions));
  });

  it('are at least twenty-five', () => expect(names.length).toBeGreaterThanOrEqual(25));
});
