/** The receiver's own decoder against protobufjs: a count that is wrong would hide what was dropped. */
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { countOtlp, type OtlpCount } from './otlpCount.ts';

const schema = protobuf.parse(`
  syntax = "proto3";
  message Traces { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
  message ScopeSpans { Resource scope = 1; repeated Span spans = 2; }
  message Span { bytes trace_id = 1; string name = 5; int32 kind = 6; fixed64 start = 7; fixed32 flags = 16; }
  message Logs { repeated ResourceLogs resource_logs = 1; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
  message ScopeLogs { Resource scope = 1; repeated LogRecord log_records = 2; }
  message LogRecord { fixed64 time = 1; int32 severity = 2; string text = 3; fixed32 flags = 8; string event_name = 12; }
  message Resource { string name = 2; }
`).root;

function encode(type: string, message: object): Buffer {
  const found = schema.lookupType(type);
  return Buffer.from(found.encode(found.fromObject(message)).finish());
}

const empty = (): OtlpCount => ({ spans: 0, records: {} });
const resource = { name: 'sightline' };
const record = (eventName: string): object => ({
  time: 1_800_000_000,
  severity: 9,
  text: 'x'.repeat(300),
  flags: 1,
  eventName,
});
const logs = {
  resourceLogs: [
    {
      resource,
      scopeLogs: [
        { scope: resource, logRecords: [record('sightline.request'), record('sightline.payload')] },
      ],
    },
    { resource, scopeLogs: [{ logRecords: [record('sightline.request')] }, { logRecords: [record('')] }] },
  ],
};
const span = { traceId: Buffer.alloc(16, 7), name: 'tools/call', kind: 2, start: 1, flags: 257 };
const traces = {
  resourceSpans: [{ resource, scopeSpans: [{ scope: resource, spans: [span, span] }, { spans: [span] }] }],
};
const recordsWanted = { 'sightline.request': 2, 'sightline.payload': 1, '': 1 };

describe('countOtlp', () => {
  it('counts log records by event name, over resources and scopes', () => {
    const count = empty();
    countOtlp('logs', false, encode('Logs', logs), count);
    expect(count).toEqual({ spans: 0, records: recordsWanted });
  });

  it('counts spans, and steps over every kind of field', () => {
    const count = empty();
    countOtlp('traces', false, encode('Traces', traces), count);
    expect(count).toEqual({ spans: 3, records: {} });
  });

  it('counts the same in JSON', () => {
    const count = empty();
    countOtlp('logs', true, Buffer.from(JSON.stringify(logs)), count);
    countOtlp('traces', true, Buffer.from(JSON.stringify(traces)), count);
    expect(count).toEqual({ spans: 3, records: recordsWanted });
  });

  it('adds to what was counted before', () => {
    const count = empty();
    for (const _ of [1, 2]) countOtlp('traces', false, encode('Traces', traces), count);
    expect(count.spans).toBe(6);
  });

  it('an empty body is an empty export', () => {
    const count = empty();
    countOtlp('logs', false, Buffer.alloc(0), count);
    expect(count).toEqual(empty());
  });

  it('a body that was cut is an error, not a smaller count', () => {
    const bytes = encode('Logs', logs);
    expect(() => countOtlp('logs', false, bytes.subarray(0, bytes.length - 5), empty())).toThrow('protobuf');
  });
});
