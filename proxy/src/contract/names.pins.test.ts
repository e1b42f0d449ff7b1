/**
 * Every name that leaves the program, written down a second time: dashboards, alerts, saved queries and the panel
 * of people who run older versions depend on them, so a renaming must be noticed as one. To change a name, write
 * the decision down and change it here and everywhere else in the same commit.
 */
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, type AttributeRow, METRICS, type MetricRow, RECORD_NAMES } from './index.ts';

const ATTRIBUTE_PINS = [
  'mcp.method.name: string on server client event metric',
  'mcp.protocol.version: string on server client event session',
  'mcp.session.id: string on server client event session',
  'mcp.resource.uri: string on server client event',
  'jsonrpc.request.id: string on server client event',
  'jsonrpc.protocol.version: string on server client event',
  'gen_ai.tool.name: string on server client event metric',
  'gen_ai.prompt.name: string on server client event',
  'gen_ai.operation.name: string on server client event',
  'rpc.response.status_code: string on server client event',
  'error.type: string on server client event metric',
  'network.transport: string on server client detail',
  'network.protocol.name: string on server client detail',
  'network.protocol.version: string on server client detail',
  'server.address: string on client',
  'server.port: int on client',
  'client.address: string on server event',
  'client.port: int on server detail',
  'http.request.method: string on server detail metric',
  'http.response.status_code: int on server event metric',
  'user_agent.original: string on server detail',
  'url.path: string on server detail',
  'sightline.session.id: string on server client event session',
  'sightline.session.source: string on server client event session',
  'sightline.session.confidence: string on server client event session',
  'sightline.server.name: string on server client event session metric',
  'sightline.client.name: string on server client event session metric',
  'sightline.client.version: string on server client event session',
  'sightline.event.id: string on server event payload',
  'sightline.event.number: int on event',
  'sightline.direction: string on server client event',
  'sightline.record: string on event session payload loss',
  'sightline.bucket: string on event session payload loss',
  'event.name: string on event session payload loss metric',
  'sightline.operation.id: string on server client event',
  'sightline.round.number: int on server client event',
  'sightline.round.outcome: string on server client event',
  'sightline.result.type: string on server client event',
  'sightline.tools.count: int on event',
  'sightline.operation.duration: double on server event',
  'sightline.operation.waiting: double on server event',
  'sightline.attempt.number: int on server client event',
  'sightline.attempt.first_operation.id: string on server client event',
  'sightline.attempt.arguments_changed: boolean on event',
  'sightline.attempt.result: string on event metric',
  'sightline.attempt.wasted: double on event',
  'sightline.attempt.wasted_bytes: int on event',
  'sightline.outcome: string on server client event metric',
  'sightline.outcome.origin: string on server client event metric',
  'sightline.error.message: string on server event',
  'sightline.probe: boolean on server event',
  'sightline.mismatch: string on server event',
  'sightline.request.size: int on server event',
  'sightline.response.size: int on server event',
  'sightline.duration: double on server event',
  'sightline.upstream.duration: double on server event',
  'sightline.proxy.duration: double on server event',
  'sightline.upstream.first_byte: double on client detail',
  'sightline.client.country: string on server event metric',
  'sightline.credential.kind: string on server event metric',
  'sightline.credential.prefix: string on server detail',
  'sightline.tool.label: string on server client',
  'sightline.method.label: string on server client',
  'sightline.sampled: boolean on event',
  'sightline.replayed: boolean on server client',
  'sightline.payload.parts: string on event',
  'sightline.payload.part: string on payload',
  'sightline.payload.size: int on payload',
  'sightline.payload.truncated: boolean on event payload',
  'sightline.payload.redacted: int on payload',
  'sightline.log.level: string on event',
  'sightline.log.logger: string on event',
  'sightline.log.message: string on event',
  'sightline.session.end_reason: string on event metric',
  'sightline.session.started: int on session',
  'sightline.session.last_activity: int on session',
  'sightline.session.duration: double on session',
  'sightline.session.status: string on session',
  'sightline.session.events: int on session',
  'sightline.session.calls: int on session',
  'sightline.session.tool_calls: int on session',
  'sightline.session.errors: int on session',
  'sightline.session.retries: int on session',
  'sightline.session.recovered: int on session',
  'sightline.session.gave_up: int on session',
  'sightline.session.bytes: int on session',
  'sightline.session.tokens_estimated: int on session',
  'sightline.session.tool_time: double on session',
  'sightline.session.incomplete: boolean on session',
  'sightline.session.tools: string on session',
  'sightline.loss.stage: string on loss metric',
  'sightline.loss.reason: string on loss metric',
  'sightline.loss.count: int on loss',
  'sightline.loss.from: int on loss',
  'sightline.loss.to: int on loss',
  'network.io.direction: string on metric',
  'sightline.tokens.kind: string on metric',
  'service.name: string on resource',
  'service.version: string on resource',
  'service.instance.id: string on resource',
  'deployment.environment.name: string on resource',
];

const RECORD_PINS = [
  'sightline.request: event',
  'sightline.notification: event',
  'sightline.request.waiting: event',
  'sightline.exchange: event',
  'sightline.server_log: event',
  'sightline.session.started: event',
  'sightline.session.ended: event',
  'sightline.retry.gave_up: event',
  'sightline.session: session session_live',
  'sightline.loss: loss',
  'sightline.payload: payload',
];

const METRIC_PINS = [
  'mcp.server.operation.duration: histogram s by mcp.method.name gen_ai.tool.name error.type sightline.outcome sightline.outcome.origin sightline.server.name',
  'mcp.client.operation.duration: histogram s by mcp.method.name gen_ai.tool.name error.type sightline.outcome sightline.outcome.origin sightline.server.name',
  'mcp.server.session.duration: histogram s by sightline.server.name sightline.client.name sightline.session.end_reason',
  'mcp.client.session.duration: histogram s by sightline.server.name sightline.client.name sightline.session.end_reason',
  'sightline.proxy.duration: histogram s by sightline.server.name',
  'sightline.requests.active: gauge {request} by sightline.server.name',
  'sightline.sessions.active: gauge {session} by sightline.server.name',
  'sightline.requests.waiting: gauge {request} by sightline.server.name gen_ai.tool.name',
  'sightline.io: counter By by sightline.server.name network.io.direction',
  'sightline.events: counter {event} by event.name',
  'sightline.events.dropped: counter {event} by sightline.loss.stage sightline.loss.reason',
  'sightline.outbox.size: gauge {event} by ',
  'sightline.outbox.age: gauge s by ',
  'sightline.calls: counter {call} by sightline.server.name sightline.client.name gen_ai.tool.name sightline.outcome',
  'sightline.attempts: counter {attempt} by sightline.server.name gen_ai.tool.name sightline.attempt.result',
  'sightline.attempt.wasted: counter s by sightline.server.name gen_ai.tool.name',
  'sightline.http.exchanges: counter {exchange} by http.response.status_code http.request.method sightline.client.country sightline.credential.kind sightline.server.name',
  'sightline.payload.io: counter By by sightline.server.name gen_ai.tool.name network.io.direction',
  'sightline.tokens_estimated: counter {token} by sightline.server.name gen_ai.tool.name sightline.tokens.kind',
  'nodejs.eventloop.delay.p99: gauge s by ',
  'process.memory.usage: gauge By by ',
];

describe('names', () => {
  it('of attributes, with type and places', () => {
    const rows = (ATTRIBUTES as readonly AttributeRow[]).map(
      (row) => `${row.key}: ${row.type} on ${row.on.join(' ')}`,
    );
    expect(rows).toEqual(ATTRIBUTE_PINS);
  });

  it('of log records, with their kinds', () => {
    const rows = Object.entries(RECORD_NAMES).map(([name, { record }]) => `${name}: ${record.join(' ')}`);
    expect(rows).toEqual(RECORD_PINS);
  });

  it('of metrics, with kind, unit and labels', () => {
    const rows = (METRICS as readonly MetricRow[]).map(
      (row) => `${row.name}: ${row.kind} ${row.unit} by ${row.labels.join(' ')}`,
    );
    expect(rows).toEqual(METRIC_PINS);
  });
});
