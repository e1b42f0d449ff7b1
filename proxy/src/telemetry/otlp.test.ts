import { describe, expect, it } from 'vitest';
import { readRecords, readSpans } from '../../../test/support/otlpItems.ts';
import { decodeRequest } from '../../../test/support/otlpProto.ts';
import type { Attributes } from '../contract/index.ts';
import type { LogRecord } from './log.ts';
import { translateLogs } from './log.ts';
import { createLogPacker, createSpanPacker } from './otlp.ts';
import { NO_LIMITS } from './selection.ts';
import type { SpanRecord } from './span.ts';
import { translateSpans } from './span.ts';
import { aFailure, aRequest, CLIENT_SPAN_ID, SERVER_SPAN_ID, TRACE_ID } from './testing/events.ts';

const SOURCE = { resource: { 'service.name': 'sightline' }, scope: { name: 'sightline', version: '1.2.3' } };

function packSpans(spans: readonly SpanRecord[], packer = createSpanPacker(SOURCE)): Uint8Array {
  for (const span of spans) packer.add(span);
  return packer.pack();
}

function packLogs(records: readonly LogRecord[]): Uint8Array {
  const packer = createLogPacker(SOURCE);
  for (const record of records) packer.add(record);
  return packer.pack();
}

function spansIn(bytes: Uint8Array) {
  return readSpans(decodeRequest('traces', 'application/x-protobuf', Buffer.from(bytes)), 'protobuf');
}

function spansOf(...events: ReturnType<typeof aRequest>[]) {
  return spansIn(packSpans(events.flatMap((event) => translateSpans(event, NO_LIMITS))));
}

function recordsOf(...events: ReturnType<typeof aRequest>[]) {
  const records = events.flatMap((event) => translateLogs(event, true, NO_LIMITS));
  const bytes = packLogs(records);
  return readRecords(decodeRequest('logs', 'application/x-protobuf', Buffer.from(bytes)), 'protobuf');
}

describe('encoded spans', () => {
  it('decode to what they were made of', () => {
    const server = {
      ...aRequest().server,
      parentSpanId: 'c'.repeat(16),
      state: 'vendor=1',
      links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), state: 'x=y' }],
    };
    const event = aFailure({ 'error.type': 'tool_error', 'sightline.error.message': 'nö' }, true, { server });
    const [translated] = translateSpans({ ...event, server: { ...server, failed: true } }, NO_LIMITS);
    const [ofServer, ofClient] = spansOf({ ...event, server: { ...server, failed: true } });
    expect(ofServer).toMatchObject({
      traceId: TRACE_ID,
      spanId: SERVER_SPAN_ID,
      parentSpanId: 'c'.repeat(16),
      state: 'vendor=1',
      // Sampled; the parent is known to be in another process.
      flags: 0x301,
      name: 'tools/call get_weather',
      kind: 'server',
      startNs: '1763000000000000000',
      endNs: '1763000000500000000',
      status: { code: 'error', message: 'nö' },
      links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), state: 'x=y' }],
      dropped: 0,
      from: {
        scope: { name: 'sightline', version: '1.2.3' },
        resource: { attributes: { 'service.name': 'sightline' } },
      },
    });
    expect(ofServer?.attributes).toEqual(translated?.attributes.toObject());
    expect(ofClient).toMatchObject({
      kind: 'client',
      spanId: CLIENT_SPAN_ID,
      parentSpanId: SERVER_SPAN_ID,
      flags: 0x101,
    });
  });

  it('have an unset status when all went well', () => {
    expect(spansOf(aRequest()).map((span) => span.status.code)).toEqual(['unset', 'unset']);
  });
});

describe('encoded log records', () => {
  it('decode to what they were made of, times to the nanosecond', () => {
    const translated = translateLogs(aRequest(), true, NO_LIMITS);
    const received = recordsOf(aRequest());
    expect(received.map((record) => record.attributes)).toEqual(
      translated.map((one) => one.attributes.toObject()),
    );
    expect(received.map((record) => record.body)).toEqual(translated.map((one) => one.body));
    for (const record of received) {
      expect(record).toMatchObject({
        timeNs: '1763000000512345001',
        observedNs: '1763000000512345001',
        severity: 9,
        traceId: TRACE_ID,
        spanId: SERVER_SPAN_ID,
        flags: 1,
      });
    }
    expect(received.map((record) => record.eventName)).toEqual([
      'sightline.request',
      'sightline.payload',
      'sightline.payload',
    ]);
  });

  it('have a body though it be empty', () => {
    expect(recordsOf(aRequest({ payloads: [] }))[1]?.body).toBe('');
  });
});

describe('encoded values', () => {
  it.each([
    {
      why: 'a double stays a double when it is whole',
      attributes: { 'sightline.duration': 2 },
      type: 'double',
    },
    { why: 'zero is a value', attributes: { 'sightline.operation.waiting': 0 }, type: 'double' },
    { why: 'a small number', attributes: { 'sightline.request.size': 127 }, type: 'int' },
    { why: 'a number of two bytes', attributes: { 'sightline.request.size': 128 }, type: 'int' },
    { why: 'a number past 32 bits', attributes: { 'sightline.request.size': 2 ** 32 + 5 }, type: 'int' },
    {
      why: 'the greatest exact number',
      attributes: { 'sightline.request.size': Number.MAX_SAFE_INTEGER },
      type: 'int',
    },
    { why: 'a number below zero', attributes: { 'sightline.response.size': -1 }, type: 'int' },
    {
      why: 'the least exact number',
      attributes: { 'sightline.response.size': Number.MIN_SAFE_INTEGER },
      type: 'int',
    },
    { why: 'false is a value', attributes: { 'sightline.probe': false }, type: 'boolean' },
    { why: 'an empty text', attributes: { 'sightline.mismatch': '' }, type: 'string' },
  ] satisfies { why: string; attributes: Attributes; type: string }[])('$why', ({ attributes, type }) => {
    const [key = '', value] = Object.entries(attributes)[0] ?? [];
    const [record] = recordsOf(aRequest({ attributes }));
    expect([record?.attributes[key], record?.types[key]]).toEqual([value, type]);
  });

  it.each([1, 46, 47, 48, 49, 70, 100, 120, 127, 128, 129, 16_300, 16_384, 70_000])(
    'a text of %i units comes whole, ASCII or not',
    (length) => {
      for (const unit of ['a', 'é', '漢']) {
        const text = unit.repeat(length);
        const payload = { part: 'response', text, size: length, truncated: false, redacted: 0 } as const;
        const event = aRequest({ payloads: [payload], attributes: { 'sightline.mismatch': text } });
        const [span] = spansOf(event);
        expect(span?.attributes['sightline.mismatch']).toBe(text);
        expect(recordsOf(event).at(-1)?.body).toBe(text);
      }
    },
  );

  it('of the longest key, with every length of text, keep the lengths around them right', () => {
    for (let length = 0; length < 140; length++) {
      const text = 'x'.repeat(length);
      const event = aRequest({ attributes: { 'sightline.attempt.first_operation.id': text } });
      expect(spansOf(event)[0]?.attributes['sightline.attempt.first_operation.id']).toBe(text);
    }
  });

  it('that are no well-formed text become one, as UTF-8 has it', () => {
    const [span] = spansOf(aRequest({ attributes: { 'sightline.mismatch': 'a\ud800b' } }));
    expect(span?.attributes['sightline.mismatch']).toBe('a\ufffdb');
  });
});

describe('the encoder', () => {
  it('writes each request afresh, whatever it wrote before', () => {
    const packer = createSpanPacker(SOURCE);
    const spans = translateSpans(aRequest(), NO_LIMITS);
    const first = packSpans(spans, packer);
    const copy = Buffer.from(first);
    packSpans(
      translateSpans(aRequest({ attributes: { 'sightline.mismatch': 'z'.repeat(9_000) } }), NO_LIMITS),
      packer,
    );
    expect(Buffer.from(first)).toEqual(copy);
    expect(Buffer.from(packSpans(spans, packer))).toEqual(copy);
  });

  it('keeps a request as it is until it is given back, then writes over it', () => {
    const packer = createSpanPacker(SOURCE);
    const spans = translateSpans(aRequest(), NO_LIMITS);
    const many = Array.from({ length: 200 }, () => spans).flat();
    const first = packSpans(many, packer);
    const copy = Buffer.from(first);
    const second = packSpans(many, packer);
    expect(Buffer.from(first)).toEqual(copy);
    packer.recycle?.(second);
    packSpans(many, packer);
    const fourth = packSpans(spans.concat(many), packer);
    expect(fourth.buffer).toBe(second.buffer);
    expect(Buffer.from(first)).toEqual(copy);
    expect(spansIn(fourth)).toHaveLength(402);
  });

  it('leaves no trace of an item that it could not write', () => {
    const packer = createSpanPacker(SOURCE);
    const spans = translateSpans(aRequest(), NO_LIMITS);
    expect(() => packer.add({ ...spans[0], attributes: undefined } as unknown as SpanRecord)).toThrow();
    expect(Buffer.from(packSpans(spans, packer))).toEqual(Buffer.from(packSpans(spans)));
  });

  it('writes requests of every length: lengths around them are right', () => {
    for (const count of [1, 2, 10, 60, 600]) {
      const events = Array.from({ length: count }, () => aRequest());
      expect(spansOf(...events)).toHaveLength(2 * count);
    }
  });

  it('takes a resource with long and foreign keys', () => {
    const resource = { ['k'.repeat(300)]: 'v'.repeat(300), clé: 'é' };
    const bytes = packSpans(translateSpans(aRequest(), NO_LIMITS), createSpanPacker({ ...SOURCE, resource }));
    const [span] = readSpans(
      decodeRequest('traces', 'application/x-protobuf', Buffer.from(bytes)),
      'protobuf',
    );
    expect(span?.from.resource.attributes).toEqual(resource);
  });
});
