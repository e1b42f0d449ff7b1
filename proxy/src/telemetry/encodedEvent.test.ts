import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventsOf, readWire } from '../../../test/stories/replay.ts';
import { readRecords, readSpans } from '../../../test/support/otlpItems.ts';
import { decodeRequest } from '../../../test/support/otlpProto.ts';
import type { Event } from '../observation/event.ts';
import { listUngrouped } from './attributeLine.ts';
import type { Packer } from './batches.ts';
import { BODY_BYTES_MAX, type LogRecord, translateLogs } from './log.ts';
import { createLogPacker, createSpanPacker, type WriteItem } from './otlp.ts';
import type { Outlet } from './outgoing.ts';
import { type Limits, NO_LIMITS } from './selection.ts';
import { createSink } from './sink.ts';
import { type SpanRecord, translateSpans } from './span.ts';
import { aFailure, aRequest } from './testing/events.ts';

const STORIES = new URL('../../../test/stories/', import.meta.url);
const SOURCE = { resource: { 'service.name': 'sightline' }, scope: { name: 'sightline', version: '1.2.3' } };
const IDLE = { accepted: 0, refused: 0, dropped: 0, queued: 0 };

/** An outlet that takes bytes and packs all it is offered; `selfWritten` counts items that came as bytes. */
function openOutlet<T>(packer: Packer<T | WriteItem, Uint8Array>) {
  const seen = { selfWritten: 0, records: 0 };
  const outlet: Outlet<T> = {
    form: 'bytes',
    delivery: {
      offer(item) {
        if (typeof item === 'function') seen.selfWritten += 1;
        else seen.records += 1;
        packer.add(item);
      },
      attach: () => {},
      begin: () => {},
      refuse: () => {},
      flush: () => {},
      hasRoom: true,
      isLow: true,
      lowestPending: undefined,
      unstored: 0,
      stats: () => IDLE,
      close: async () => {},
    },
  };
  return { outlet, seen };
}

/** What a receiver gets of events that went through the sink of a protobuf endpoint. */
function receive(events: readonly Event[], ratio = 1, limits: Limits = NO_LIMITS) {
  const spanPacker = createSpanPacker(SOURCE);
  const logPacker = createLogPacker(SOURCE);
  const traces = openOutlet<SpanRecord>(spanPacker);
  const logs = openOutlet<LogRecord>(logPacker);
  const settings = { sampler: { ratio, parentBased: false }, spanLimits: limits, logLimits: limits };
  const faults: unknown[] = [];
  const takers = { traces: traces.outlet, logs: logs.outlet };
  const onFault = (error: unknown) => faults.push(error);
  createSink(settings, takers, { archive: undefined, onFault, onArchiveFault: onFault }).take(events);
  expect(faults).toEqual([]);
  return { ...decode(spanPacker.pack(), logPacker.pack()), spansSeen: traces.seen, logsSeen: logs.seen };
}

/** What a receiver gets of the same events when the translators' records are encoded one by one. */
function expectOf(events: readonly Event[], kept = true, limits: Limits = NO_LIMITS) {
  const spanPacker = createSpanPacker(SOURCE);
  const logPacker = createLogPacker(SOURCE);
  for (const event of events) {
    if (event.kind === 'traffic') continue;
    const spans = kept && event.kind === 'sightline.request' ? translateSpans(event, limits) : [];
    for (const span of spans) spanPacker.add(span);
    const sampled = kept || !('span' in event || event.kind === 'sightline.request');
    for (const record of translateLogs(event, sampled, limits)) logPacker.add(record);
  }
  return decode(spanPacker.pack(), logPacker.pack());
}

function decode(spans: Uint8Array, logs: Uint8Array) {
  const type = 'application/x-protobuf';
  return {
    spans: readSpans(decodeRequest('traces', type, Buffer.from(spans)), 'protobuf'),
    records: readRecords(decodeRequest('logs', type, Buffer.from(logs)), 'protobuf'),
  };
}

const stories = readdirSync(STORIES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('what is encoded once and copied', () => {
  it('has a place in the line for every attribute of the contract that spans or records carry', () => {
    expect(listUngrouped()).toEqual([]);
  });

  it.each(stories)('says what the records say: %s', (name) => {
    const events = eventsOf(readWire(new URL(`${name}/wire.jsonl`, STORIES).pathname));
    const got = receive(events);
    const wanted = expectOf(events);
    expect(got.spans).toEqual(wanted.spans);
    expect(got.records).toEqual(wanted.records);
    const translated = events.flatMap((event) =>
      event.kind === 'sightline.request' ? translateSpans(event, NO_LIMITS) : [],
    );
    expect(got.spans.map((span) => span.attributes)).toEqual(
      translated.map((span) => span.attributes.toObject()),
    );
  });

  it.each([
    { why: 'a fault of the caller', event: aFailure({ 'error.type': '-32602' }, false) },
    { why: 'a fault of the server', event: aFailure({ 'error.type': 'tool_error' }, true) },
    { why: 'a probe', event: aFailure({ 'error.type': '404', 'sightline.probe': true }, false) },
    { why: 'an answer of the proxy itself', event: aRequest({ clients: [] }) },
    { why: 'no payload', event: aRequest({ payloads: [] }) },
    {
      why: 'several exchanges',
      event: aRequest({ clients: [...aRequest().clients, ...aRequest().clients] }),
    },
    { why: 'texts beyond ASCII', event: aRequest({ attributes: { 'sightline.mismatch': 'é漢\ud800x' } }) },
    { why: 'a text of 6 KiB', event: aRequest({ attributes: { 'sightline.mismatch': 'é'.repeat(3_000) } }) },
    {
      why: 'a record past its cap',
      event: aRequest({ attributes: { 'url.path': 'a', 'mcp.resource.uri': 'é'.repeat(9_000) } }),
    },
  ])('says what the records say: $why', ({ event }) => {
    const got = receive([event, aRequest(), event]);
    expect(got).toMatchObject(expectOf([event, aRequest(), event]));
    expect(got.spansSeen.records).toBe(0);
  });

  it('says of an event whose trace was not kept that it was not', () => {
    const got = receive([aRequest()], 0);
    expect(got).toMatchObject(expectOf([aRequest()], false));
    expect(got.spans).toEqual([]);
    expect(got.records[0]?.attributes['sightline.sampled']).toBe(false);
  });

  it('is not used where limits look at single attributes', () => {
    const limits = { countMax: 5, valueLengthMax: 4 };
    const got = receive([aRequest()], 1, limits);
    expect(got).toMatchObject(expectOf([aRequest()], true, limits));
    expect([got.spansSeen.selfWritten, got.logsSeen.selfWritten]).toEqual([0, 0]);
    expect(got.spans[0]?.dropped).toBeGreaterThan(0);
  });

  it('is not used for a record that has to be cut', () => {
    const got = receive([aRequest({ attributes: { 'mcp.resource.uri': 'x'.repeat(20_000) } })]);
    expect(got.logsSeen).toEqual({ selfWritten: 0, records: 3 });
    expect(got.records[0]?.attributes['mcp.resource.uri']).toMatch(/^x+…$/);
  });

  it('is not used for a payload that has to be cut', () => {
    const text = 'x'.repeat(BODY_BYTES_MAX + 1);
    const large = { part: 'request', text, size: text.length, truncated: false, redacted: 0 } as const;
    const got = receive([aRequest({ payloads: [large] })]);
    expect(got.logsSeen).toEqual({ selfWritten: 0, records: 2 });
    expect(got.records[1]?.body).toHaveLength(BODY_BYTES_MAX);
  });
});
