import { describe, expect, it } from 'vitest';
import { NO_LIMITS } from './selection.ts';
import { translateSpans } from './span.ts';
import { aFailure, aRequest, CLIENT_SPAN_ID, SERVER_SPAN_ID, TRACE_ID } from './testing/events.ts';

function translate(event = aRequest(), limits = NO_LIMITS) {
  return translateSpans(event, limits).map((span) => ({ ...span, attributes: span.attributes.toObject() }));
}

describe('spans of a request', () => {
  it('are one SERVER span and its CLIENT child', () => {
    expect(translate()).toEqual([
      {
        kind: 'server',
        name: 'tools/call get_weather',
        traceId: TRACE_ID,
        spanId: SERVER_SPAN_ID,
        parentSpanId: undefined,
        state: undefined,
        startUs: 1_763_000_000_000_000,
        endUs: 1_763_000_000_500_000,
        dropped: 0,
        links: [],
        error: undefined,
        attributes: {
          'mcp.method.name': 'tools/call',
          'mcp.protocol.version': '2025-11-25',
          'mcp.session.id': 'protocol-session',
          'jsonrpc.request.id': '3',
          'gen_ai.tool.name': 'get_weather',
          'gen_ai.operation.name': 'execute_tool',
          'network.transport': 'tcp',
          'network.protocol.name': 'http',
          'network.protocol.version': '1.1',
          'client.address': '127.0.0.1',
          'client.port': 50_123,
          'http.request.method': 'POST',
          'http.response.status_code': 200,
          'user_agent.original': 'agent/1.0',
          'url.path': '/mcp',
          'sightline.session.id': '0123456789abcdef01234567',
          'sightline.session.source': 'protocol',
          'sightline.session.confidence': 'certain',
          'sightline.server.name': 'weather',
          'sightline.client.name': 'agent',
          'sightline.client.version': '1.0',
          'sightline.event.id': '0199f000-0000-7000-8000-000000000015',
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
          'sightline.credential.prefix': 'Bearer abc…',
          'sightline.method.label': 'tools/call',
          'sightline.tool.label': 'get_weather',
        },
      },
      {
        kind: 'client',
        name: 'tools/call get_weather',
        traceId: TRACE_ID,
        spanId: CLIENT_SPAN_ID,
        parentSpanId: SERVER_SPAN_ID,
        state: undefined,
        startUs: 1_763_000_000_050_000,
        endUs: 1_763_000_000_450_000,
        dropped: 0,
        links: [],
        error: undefined,
        attributes: {
          'mcp.method.name': 'tools/call',
          'mcp.protocol.version': '2025-11-25',
          'mcp.session.id': 'protocol-session',
          'jsonrpc.request.id': '3',
          'gen_ai.tool.name': 'get_weather',
          'gen_ai.operation.name': 'execute_tool',
          'network.transport': 'tcp',
          'network.protocol.name': 'http',
          'network.protocol.version': '1.1',
          'server.address': 'upstream.test',
          'server.port': 3001,
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
          'sightline.upstream.first_byte': 0.3,
          'sightline.method.label': 'tools/call',
          'sightline.tool.label': 'get_weather',
        },
      },
    ]);
  });

  it('carry the caller’s trace state, parent and links', () => {
    const link = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const server = { ...aRequest().server, parentSpanId: 'c'.repeat(16), state: 'vendor=1', links: [link] };
    const [ofServer, ofClient] = translate(aRequest({ server }));
    expect(ofServer).toMatchObject({ parentSpanId: 'c'.repeat(16), state: 'vendor=1', links: [link] });
    expect(ofClient).toMatchObject({ parentSpanId: SERVER_SPAN_ID, state: 'vendor=1', links: [] });
  });

  it('have one CLIENT child for each upstream exchange', () => {
    const [first] = aRequest().clients;
    const clients = first
      ? [first, { ...first, spanId: 'd'.repeat(16), attributes: { 'server.port': 9 } }]
      : [];
    const spans = translate(aRequest({ clients }));
    expect(spans.map((span) => [span.kind, span.attributes['server.port']])).toEqual([
      ['server', undefined],
      ['client', 3001],
      ['client', 9],
    ]);
  });
});

describe('names of spans', () => {
  it.each([
    { why: 'a tool is a target', attributes: {}, name: 'tools/call get_weather' },
    {
      why: 'so is a prompt',
      attributes: {
        'mcp.method.name': 'prompts/get',
        'gen_ai.tool.name': undefined,
        'gen_ai.prompt.name': 'p',
      },
      name: 'prompts/get p',
    },
    {
      why: 'a resource is not: its URIs are without number',
      attributes: {
        'mcp.method.name': 'resources/read',
        'gen_ai.tool.name': undefined,
        'mcp.resource.uri': 'file:///x',
      },
      name: 'resources/read',
    },
  ])('$name: $why', ({ attributes, name }) => {
    expect(translate(aRequest({ attributes })).map((span) => span.name)).toEqual([name, name]);
  });
});

describe('status of spans', () => {
  it.each([
    {
      why: 'a tool error is an error for both sides',
      event: aFailure(
        {
          'error.type': 'tool_error',
          'sightline.outcome': 'tool_error',
          'sightline.outcome.origin': 'upstream',
          'sightline.error.message': 'no such city',
        },
        true,
      ),
      server: ['no such city', 'tool_error'],
      client: ['no such city', 'tool_error'],
    },
    {
      why: "the caller's fault is no error of the server, but the asking side failed",
      event: aFailure({ 'error.type': '-32602', 'rpc.response.status_code': '-32602' }, false),
      server: [undefined, undefined],
      client: ['', '-32602'],
    },
    {
      why: 'a probe is an error nowhere',
      event: aFailure({ 'error.type': '-32601', 'sightline.probe': true }, false),
      server: [undefined, undefined],
      client: [undefined, undefined],
    },
  ])('$why', ({ event, server, client }) => {
    const [ofServer, ofClient] = translate(event);
    expect([ofServer?.error, ofServer?.attributes['error.type']]).toEqual(server);
    expect([ofClient?.error, ofClient?.attributes['error.type']]).toEqual(client);
  });

  it('keeps the JSON-RPC code on a SERVER span that is no error', () => {
    const event = aFailure({ 'error.type': '-32602', 'rpc.response.status_code': '-32602' }, false);
    expect(translate(event)[0]?.attributes['rpc.response.status_code']).toBe('-32602');
  });
});

describe('attribute limits', () => {
  it('count what they drop, and cut texts without splitting a character', () => {
    const event = aRequest({ attributes: { 'gen_ai.tool.name': 'ab😀' } });
    const [server] = translate(event, { countMax: 12, valueLengthMax: 3 });
    expect(Object.keys(server?.attributes ?? {})).toHaveLength(12);
    expect(server?.dropped).toBe(24);
    expect(server?.attributes['gen_ai.tool.name']).toBe('ab');
  });
});
