/** Builders of events for tests of telemetry: a whole event each, of which a test names only what it is about. */
import type { Attributes } from '../../contract/index.ts';
import type { PlainEvent, RequestEvent, TrafficEvent } from '../../observation/event.ts';

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const SERVER_SPAN_ID = 'b7ad6b7169203331';
export const CLIENT_SPAN_ID = '00f067aa0ba902b7';
export const SESSION_ID = '0123456789abcdef01234567';
/** Bucket of `SESSION_ID`. */
export const BUCKET = '5';
export const EVENT_ID = '0199f000-0000-7000-8000-000000000015';
/** 2025-11-13T02:13:20.512345001Z */
export const TIME_NS = '1763000000512345001';
const START_US = 1_763_000_000_000_000;

const REQUEST_ATTRIBUTES: Attributes = {
  'event.name': 'sightline.request',
  'sightline.record': 'event',
  'sightline.event.id': EVENT_ID,
  'sightline.event.number': 7,
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
  'sightline.session.id': SESSION_ID,
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
  'sightline.credential.prefix': 'Bearer abc…',
  'sightline.payload.parts': 'request,response',
  'sightline.payload.truncated': false,
};

type Changes<E> = Partial<Omit<E, 'attributes' | 'kind'>> & { readonly attributes?: Attributes };

/** A `tools/call` that went well. An attribute given as undefined is absent. */
export function aRequest(changes: Changes<RequestEvent> = {}): RequestEvent {
  return {
    kind: 'sightline.request',
    timeNs: TIME_NS,
    bucket: BUCKET,
    server: {
      traceId: TRACE_ID,
      spanId: SERVER_SPAN_ID,
      parentSampled: true,
      links: [],
      startUs: START_US,
      endUs: START_US + 500_000,
      failed: false,
    },
    clients: [
      {
        spanId: CLIENT_SPAN_ID,
        startUs: START_US + 50_000,
        endUs: START_US + 450_000,
        attributes: {
          'server.address': 'upstream.test',
          'server.port': 3001,
          'sightline.upstream.first_byte': 0.3,
        },
      },
    ],
    payloads: [
      { part: 'request', text: '{"city":"Berlin"}', size: 100, truncated: false, redacted: 0 },
      { part: 'response', text: '{"ok":true}', size: 400, truncated: false, redacted: 2 },
    ],
    labels: { method: 'tools/call', tool: 'get_weather', client: 'agent' },
    ended: { toolCall: true, tool: 'get_weather' },
    ...changes,
    attributes: { ...REQUEST_ATTRIBUTES, ...changes.attributes },
  };
}

/** The same, ended as `outcome` by `origin`; `failed` says whether the SERVER span counts it as its own. */
export function aFailure(
  attributes: Attributes & { readonly 'error.type': string },
  failed: boolean,
  changes: Changes<RequestEvent> = {},
): RequestEvent {
  const plain = aRequest(changes);
  return {
    ...plain,
    server: { ...plain.server, failed },
    labels: { ...plain.labels, errorType: attributes['error.type'] },
    attributes: { ...plain.attributes, ...attributes },
  };
}

/** Any other recorded event of the session, with nothing but what all of them have. */
export function aPlainEvent(kind: PlainEvent['kind'], changes: Changes<PlainEvent> = {}): PlainEvent {
  return {
    kind,
    timeNs: TIME_NS,
    bucket: BUCKET,
    payloads: [],
    labels: { method: '', client: 'agent' },
    ...changes,
    attributes: {
      'event.name': kind,
      'sightline.record': 'event',
      'sightline.event.id': EVENT_ID,
      'sightline.event.number': 8,
      'sightline.session.id': SESSION_ID,
      'sightline.session.source': 'protocol',
      'sightline.session.confidence': 'certain',
      'sightline.server.name': 'weather',
      'sightline.client.name': 'agent',
      ...changes.attributes,
    },
  };
}

export function aTraffic(changes: Partial<TrafficEvent> = {}): TrafficEvent {
  return {
    kind: 'traffic',
    receivedBytes: 300,
    sentBytes: 600,
    attributes: {
      'http.response.status_code': 200,
      'http.request.method': 'POST',
      'sightline.credential.kind': 'none',
      'sightline.server.name': 'weather',
    },
    ...changes,
  };
}
