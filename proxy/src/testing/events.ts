/**
 * Builders of events, for tests of what comes after the fold: `aCall({ atMs: 5, attributes: {…} })`. Times are in
 * milliseconds since `T0`; everything a real event of its kind has is there.
 */
import type { Attributes } from '../contract/index.ts';
import type { LossEvent, Payload, PlainEvent, RequestEvent, SummaryEvent } from '../observation/event.ts';
import { IdSource } from '../observation/ids.ts';
import { T0 } from './frames.ts';

const ids = new IdSource('0123456789abcdef0123456789abcdef');

/** Decimal nanoseconds of a moment, `ns` beyond its microsecond. */
export function stampOf(atMs: number, ns = 0): string {
  return `${T0 + Math.round(atMs * 1000)}${String(ns).padStart(3, '0')}`;
}

interface Said {
  /** When the record is written. */
  readonly atMs?: number;
  readonly ns?: number;
  readonly attributes?: Attributes;
}

interface CallSaid extends Said {
  readonly durationMs?: number;
  readonly payloads?: readonly Payload[];
}

/** A tool call of a client that went well, unless something else is said; `undefined` leaves an attribute out. */
export function aCall(said: CallSaid = {}): RequestEvent {
  const { atMs = 0, ns = 0, durationMs = 2, payloads = [] } = said;
  const timeNs = stampOf(atMs, ns);
  const endUs = T0 + Math.round(atMs * 1000);
  const startUs = endUs - Math.round(durationMs * 1000);
  const attributes: Attributes = {
    ...common('sightline.request', timeNs),
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': 'search_products',
    'gen_ai.operation.name': 'execute_tool',
    'sightline.session.source': 'protocol',
    'sightline.session.confidence': 'certain',
    'sightline.direction': 'client_to_server',
    'sightline.operation.id': ids.traceId(),
    'sightline.event.number': 1,
    'sightline.attempt.number': 1,
    'sightline.duration': durationMs / 1000,
    'sightline.upstream.duration': durationMs / 1000,
    'sightline.proxy.duration': 0,
    'sightline.outcome': 'ok',
    'sightline.request.size': 120,
    'sightline.response.size': 340,
    'sightline.result.type': 'complete',
    'http.response.status_code': 200,
    'http.request.method': 'POST',
    'url.path': '/mcp',
    'network.transport': 'tcp',
    'client.address': '127.0.0.1',
    'client.port': 50_000,
    'sightline.credential.kind': 'bearer',
    'sightline.credential.prefix': 'Bearer ey…',
    'sightline.payload.parts': payloads.map(({ part }) => part).join() || 'none',
    'sightline.payload.truncated': payloads.some(({ truncated }) => truncated),
    ...said.attributes,
  };
  return {
    kind: 'sightline.request',
    timeNs,
    bucket: '0',
    attributes: defined(attributes),
    server: { ...span(), parentSampled: true, links: [], startUs, endUs, failed: false },
    clients: [
      {
        spanId: ids.spanId(),
        startUs,
        endUs,
        attributes: {
          'server.address': 'shop.internal',
          'server.port': 8080,
          'sightline.upstream.first_byte': durationMs / 2000,
        },
      },
    ],
    payloads,
    labels: { method: 'tools/call', tool: 'search_products' },
    ended: { toolCall: true, tool: 'search_products' },
  };
}

/** A notification of a client. */
export function aNotification(said: Said = {}): PlainEvent {
  const timeNs = stampOf(said.atMs ?? 0, said.ns);
  const attributes: Attributes = {
    ...common('sightline.notification', timeNs),
    'mcp.method.name': 'notifications/initialized',
    'sightline.direction': 'client_to_server',
    'sightline.event.number': 1,
    ...said.attributes,
  };
  return {
    kind: 'sightline.notification',
    timeNs,
    bucket: '0',
    attributes: defined(attributes),
    payloads: [],
    labels: { method: 'notifications/initialized' },
  };
}

/** A session's summary. */
export function aSummary(session: string, said: Said = {}): SummaryEvent {
  const atMs = said.atMs ?? 0;
  const timeNs = stampOf(atMs, said.ns);
  const now = Math.floor((T0 + atMs * 1000) / 1000);
  const attributes: Attributes = {
    'event.name': 'sightline.session',
    'sightline.record': 'session_live',
    'sightline.bucket': '0',
    'sightline.session.id': session,
    'sightline.session.source': 'protocol',
    'sightline.session.confidence': 'certain',
    'sightline.server.name': 'shop',
    'sightline.client.name': 'agent-runner',
    'sightline.client.version': '1.0.0',
    'mcp.protocol.version': '2025-06-18',
    'sightline.session.started': now,
    'sightline.session.last_activity': now,
    'sightline.session.duration': 0,
    'sightline.session.status': 'open',
    'sightline.session.events': 1,
    'sightline.session.calls': 1,
    'sightline.session.tool_calls': 1,
    'sightline.session.errors': 0,
    'sightline.session.retries': 0,
    'sightline.session.recovered': 0,
    'sightline.session.gave_up': 0,
    'sightline.session.bytes': 460,
    'sightline.session.tokens_estimated': 85,
    'sightline.session.tool_time': 0.002,
    'sightline.session.incomplete': false,
    'sightline.session.tools': '{"search_products":[1,0]}',
    ...said.attributes,
  };
  return { kind: 'sightline.session', timeNs, bucket: '0', attributes: defined(attributes) };
}

export function aLoss(stage: string, reason: string, count: number, said: Said = {}): LossEvent {
  const timeNs = stampOf(said.atMs ?? 0, said.ns);
  return {
    kind: 'sightline.loss',
    timeNs,
    bucket: '0',
    attributes: {
      'event.name': 'sightline.loss',
      'sightline.record': 'loss',
      'sightline.bucket': '0',
      'sightline.loss.stage': stage,
      'sightline.loss.reason': reason,
      'sightline.loss.count': count,
      ...said.attributes,
    },
  };
}

/** A captured half of a request. */
export function aPayload(part: Payload['part'], text: string, said: Partial<Payload> = {}): Payload {
  return { part, text, size: Buffer.byteLength(text), truncated: false, redacted: 0, ...said };
}

function common(name: 'sightline.request' | 'sightline.notification', timeNs: string): Attributes {
  return {
    'event.name': name,
    'sightline.record': 'event',
    'sightline.bucket': '0',
    'sightline.event.id': ids.eventId(timeNs, '0'),
    'sightline.server.name': 'shop',
    'sightline.session.id': 'f00000000000000000000001',
    'sightline.client.name': 'agent-runner',
  };
}

function span() {
  return { traceId: ids.traceId(), spanId: ids.spanId() };
}

function defined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
