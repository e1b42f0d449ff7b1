import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../observation/event.ts';
import { BODY_BYTES_MAX, translateLogs } from './log.ts';
import { NO_LIMITS } from './selection.ts';
import { aFailure, aPlainEvent, aRequest, SERVER_SPAN_ID, TIME_NS, TRACE_ID } from './testing/events.ts';

function translate(event: RecordedEvent, sampled = true) {
  return translateLogs(event, sampled, NO_LIMITS).map((record) => ({
    ...record,
    attributes: record.attributes.toObject(),
  }));
}

describe('the record of a request', () => {
  it('carries every column, says itself in one line, and leaves details to the payload record', () => {
    expect(translate(aRequest())[0]).toEqual({
      eventName: 'sightline.request',
      timeNs: TIME_NS,
      severity: 9,
      body: 'tools/call get_weather ok 200 weather agent 0123456789abcdef01234567',
      dropped: 0,
      span: expect.objectContaining({ traceId: TRACE_ID, spanId: SERVER_SPAN_ID }),
      attributes: {
        'event.name': 'sightline.request',
        'sightline.record': 'event',
        'sightline.bucket': '5',
        'sightline.event.id': '0199f000-0000-7000-8000-000000000015',
        'sightline.event.number': 7,
        'mcp.method.name': 'tools/call',
        'mcp.protocol.version': '2025-11-25',
        'mcp.session.id': 'protocol-session',
        'jsonrpc.request.id': '3',
        'gen_ai.tool.name': 'get_weather',
        'gen_ai.operation.name': 'execute_tool',
        'client.address': '127.0.0.1',
        'http.response.status_code': 200,
        'sightline.session.id': '0123456789abcdef01234567',
        'sightline.session.source': 'protocol',
        'sightline.session.confidence': 'certain',
        'sightline.server.name': 'weather',
        'sightline.client.name': 'agent',
        'sightline.client.version': '1.0',
        'sightline.direction': 'client_to_server',
        'sightline.operation.id': 'operation-1',
        'sightline.result.type': 'complete',
        'sightline.attempt.number': 1,
        'sightline.outcome': 'ok',
        'sightline.request.size': 100,
        'sightline.response.size': 400,
        'sightline.duration': 0.5,
        'sightline.upstream.duration': 0.4,
        'sightline.proxy.duration': 0.1,
        'sightline.credential.kind': 'bearer',
        'sightline.payload.parts': 'request,response',
        'sightline.payload.truncated': false,
      },
    });
  });

  it('keeps `error.type` where the SERVER span has none: the caller’s faults are to be found too', () => {
    const [record] = translate(aFailure({ 'error.type': '-32602' }, false));
    expect(record?.attributes['error.type']).toBe('-32602');
    expect(record?.severity).toBe(17);
  });

  it('says when no span was kept, and then names none', () => {
    const records = translate(aRequest(), false);
    expect(records.map((record) => record.span)).toEqual([undefined, undefined, undefined]);
    expect(records.map((record) => record.attributes['sightline.sampled'])).toEqual([
      false,
      undefined,
      undefined,
    ]);
  });
});

describe('the line of a record', () => {
  it.each([
    {
      why: 'a prompt is a target',
      attributes: {
        'mcp.method.name': 'prompts/get',
        'gen_ai.tool.name': undefined,
        'gen_ai.prompt.name': 'p',
      },
      line: 'prompts/get p ok 200 weather agent 0123456789abcdef01234567',
    },
    {
      why: 'a resource is a target here, though not in span names',
      attributes: {
        'mcp.method.name': 'resources/read',
        'gen_ai.tool.name': undefined,
        'mcp.resource.uri': 'file:///x',
      },
      line: 'resources/read file:///x ok 200 weather agent 0123456789abcdef01234567',
    },
    {
      why: 'control characters would break the line',
      attributes: { 'sightline.error.message': 'a\nb\u0000c\u2028d' },
      line: 'tools/call get_weather ok 200 weather agent 0123456789abcdef01234567 a b c d',
    },
    {
      why: 'what is no character is a space, as in what Loki keeps of the attribute',
      attributes: { 'sightline.error.message': 'a\ufffdb\ud800c🚀' },
      line: 'tools/call get_weather ok 200 weather agent 0123456789abcdef01234567 a b c🚀',
    },
    {
      why: 'values stand verbatim, so that a plain text filter finds them',
      attributes: { 'gen_ai.tool.name': 'a  "b"', 'sightline.client.name': undefined },
      line: 'tools/call a  "b" ok 200 weather 0123456789abcdef01234567',
    },
  ])('$why', ({ attributes, line }) => {
    expect(translate(aRequest({ attributes }))[0]?.body).toBe(line);
  });

  it('of a loss says what was lost', () => {
    const [record] = translate({
      kind: 'sightline.loss',
      timeNs: TIME_NS,
      bucket: '9',
      attributes: {
        'event.name': 'sightline.loss',
        'sightline.record': 'loss',
        'sightline.loss.stage': 'queue',
        'sightline.loss.reason': 'full',
        'sightline.loss.count': 3,
      },
    });
    expect(record).toMatchObject({ body: 'queue full 3', severity: 13, span: undefined });
    expect(record?.attributes['sightline.bucket']).toBe('9');
  });
});

describe('payload records', () => {
  it('are one for each part, at exactly the event’s time; the request’s carries the details', () => {
    const [, request, response] = translate(aRequest());
    expect(request).toEqual({
      eventName: 'sightline.payload',
      timeNs: TIME_NS,
      severity: 9,
      body: '{"city":"Berlin"}',
      dropped: 0,
      span: expect.objectContaining({ traceId: TRACE_ID, spanId: SERVER_SPAN_ID }),
      attributes: {
        'event.name': 'sightline.payload',
        'sightline.record': 'payload',
        'sightline.bucket': '5',
        'sightline.event.id': '0199f000-0000-7000-8000-000000000015',
        'sightline.payload.part': 'request',
        'sightline.payload.size': 100,
        'sightline.payload.truncated': false,
        'sightline.payload.redacted': 0,
        'network.transport': 'tcp',
        'network.protocol.name': 'http',
        'network.protocol.version': '1.1',
        'client.port': 50_123,
        'http.request.method': 'POST',
        'user_agent.original': 'agent/1.0',
        'url.path': '/mcp',
        'sightline.credential.prefix': 'Bearer abc…',
        'sightline.upstream.first_byte': 0.3,
      },
    });
    expect(response?.body).toBe('{"ok":true}');
    expect(response?.timeNs).toBe(TIME_NS);
    expect(Object.keys(response?.attributes ?? {})).toHaveLength(8);
    expect(response?.attributes['sightline.payload.redacted']).toBe(2);
  });

  it('exist with an empty body when capture is off, because the details need a place', () => {
    const records = translate(aRequest({ payloads: [] }));
    expect(records.map((record) => [record.eventName, record.body === ''])).toEqual([
      ['sightline.request', false],
      ['sightline.payload', true],
    ]);
    expect(records[1]?.attributes).toMatchObject({
      'sightline.payload.part': 'request',
      'sightline.payload.size': 100,
      'url.path': '/mcp',
    });
  });

  it('are cut where they would not fit on the road, which both records then say', () => {
    const text = 'é'.repeat(BODY_BYTES_MAX / 2 + 1);
    const large = { part: 'response', text, size: 99_000_000, truncated: false, redacted: 0 } as const;
    const [event, request, response] = translate(
      aRequest({ payloads: [...aRequest().payloads.slice(0, 1), large] }),
    );
    expect(Buffer.byteLength(response?.body ?? '')).toBe(BODY_BYTES_MAX);
    expect(response?.attributes).toMatchObject({
      'sightline.payload.size': 99_000_000,
      'sightline.payload.truncated': true,
    });
    expect(event?.attributes['sightline.payload.truncated']).toBe(true);
    expect(request?.attributes['sightline.payload.truncated']).toBe(false);
  });

  it('are none of an event that has neither body nor details', () => {
    expect(translate(aPlainEvent('sightline.session.started'))).toHaveLength(1);
  });
});

describe('severity', () => {
  it.each([
    ['debug', 5],
    ['info', 9],
    ['notice', 9],
    ['warning', 13],
    ['error', 17],
    ['emergency', 17],
  ] as const)('of a server log of level %s is %i', (level, severity) => {
    expect(translate(aPlainEvent('sightline.server_log', { level }))[0]?.severity).toBe(severity);
  });

  it('of a probe is that of a success', () => {
    const probe = aFailure({ 'error.type': '-32601', 'sightline.probe': true }, false);
    expect(translate(probe)[0]?.severity).toBe(9);
  });
});

describe('size of an event record', () => {
  it.each([
    { why: 'one long text', attributes: { 'mcp.resource.uri': 'x'.repeat(100_000) } },
    { why: 'texts of many bytes a character', attributes: { 'mcp.resource.uri': '😀'.repeat(30_000) } },
    {
      why: 'many long texts at once',
      attributes: Object.fromEntries(
        [
          'mcp.resource.uri',
          'mcp.session.id',
          'jsonrpc.request.id',
          'gen_ai.tool.name',
          'sightline.mismatch',
        ].map((key) => [key, 'y'.repeat(60_000)]),
      ),
    },
  ])('stays under 16 KiB: $why', ({ attributes }) => {
    const [record] = translate(aRequest({ attributes }));
    const parts = Object.entries(record?.attributes ?? {})
      .flat()
      .map(String);
    expect(Buffer.byteLength(parts.join('') + record?.body)).toBeLessThan(16 * 1024);
    expect(record?.attributes['sightline.session.id']).toBe('0123456789abcdef01234567');
    expect(record?.body.isWellFormed()).toBe(true);
  });

  it('leaves a record alone that fits', () => {
    const uri = 'z'.repeat(4_000);
    expect(
      translate(aRequest({ attributes: { 'mcp.resource.uri': uri } }))[0]?.attributes['mcp.resource.uri'],
    ).toBe(uri);
  });
});
