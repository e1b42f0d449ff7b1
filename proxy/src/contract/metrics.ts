/**
 * Every metric, declared once. Labels never hold a session id, and each is bounded (see
 * `observation/labels.ts`), so the number of series has a limit whatever clients send.
 */
import type { AttributeKey } from './attributes.ts';

export interface MetricRow {
  readonly name: string;
  readonly kind: 'histogram' | 'counter' | 'gauge';
  readonly unit: string;
  readonly labels: readonly AttributeKey[];
  readonly means: string;
}

/** Bucket bounds of the convention's histograms, in seconds (MCP conventions, `model/mcp/metrics.yaml`). */
export const OPERATION_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const;
/** The proxy's own share is far below the convention's first bucket, so it has bounds of its own, in seconds. */
export const PROXY_BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
] as const;

const OPERATION_LABELS = [
  'mcp.method.name',
  'gen_ai.tool.name',
  'error.type',
  'sightline.outcome',
  'sightline.outcome.origin',
  'sightline.server.name',
] as const;
const SESSION_LABELS = [
  'sightline.server.name',
  'sightline.client.name',
  'sightline.session.end_reason',
] as const;

export const METRICS = [
  {
    name: 'mcp.server.operation.duration',
    kind: 'histogram',
    unit: 's',
    labels: OPERATION_LABELS,
    means: 'requests as the receiving side sees them',
  },
  {
    name: 'mcp.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    labels: OPERATION_LABELS,
    means: 'requests as the sending side sees them: time of the upstream',
  },
  {
    name: 'mcp.server.session.duration',
    kind: 'histogram',
    unit: 's',
    labels: SESSION_LABELS,
    means: 'sessions, from first to last event',
  },
  {
    name: 'mcp.client.session.duration',
    kind: 'histogram',
    unit: 's',
    labels: SESSION_LABELS,
    means: 'the same, as the client side of the proxy',
  },
  {
    name: 'sightline.proxy.duration',
    kind: 'histogram',
    unit: 's',
    labels: ['sightline.server.name'],
    means: "the proxy's own share of each request",
  },
  {
    name: 'sightline.requests.active',
    kind: 'gauge',
    unit: '{request}',
    labels: ['sightline.server.name'],
    means: 'requests in flight',
  },
  {
    name: 'sightline.sessions.active',
    kind: 'gauge',
    unit: '{session}',
    labels: ['sightline.server.name'],
    means: 'open sessions',
  },
  {
    name: 'sightline.requests.waiting',
    kind: 'gauge',
    unit: '{request}',
    labels: ['sightline.server.name', 'gen_ai.tool.name'],
    means: 'requests open for longer than `unanswered-after`',
  },
  {
    name: 'sightline.io',
    kind: 'counter',
    unit: 'By',
    labels: ['sightline.server.name', 'network.io.direction'],
    means: 'body bytes forwarded',
  },
  {
    name: 'sightline.events',
    kind: 'counter',
    unit: '{event}',
    labels: ['event.name'],
    means: 'events written',
  },
  {
    name: 'sightline.events.dropped',
    kind: 'counter',
    unit: '{event}',
    labels: ['sightline.loss.stage', 'sightline.loss.reason'],
    means: 'what was dropped, cut or evicted',
  },
  {
    name: 'sightline.outbox.size',
    kind: 'gauge',
    unit: '{event}',
    labels: [],
    means: 'events not yet accepted by the collector; of those in no archive, their log records',
  },
  {
    name: 'sightline.outbox.age',
    kind: 'gauge',
    unit: 's',
    labels: [],
    means: 'age of the oldest event not yet accepted',
  },
  {
    name: 'sightline.calls',
    kind: 'counter',
    unit: '{call}',
    labels: ['sightline.server.name', 'sightline.client.name', 'gen_ai.tool.name', 'sightline.outcome'],
    means: 'tool calls that ended',
  },
  {
    name: 'sightline.attempts',
    kind: 'counter',
    unit: '{attempt}',
    labels: ['sightline.server.name', 'gen_ai.tool.name', 'sightline.attempt.result'],
    means: 'retries, and how the chains ended',
  },
  {
    name: 'sightline.attempt.wasted',
    kind: 'counter',
    unit: 's',
    labels: ['sightline.server.name', 'gen_ai.tool.name'],
    means: 'seconds lost to failed attempts',
  },
  {
    name: 'sightline.http.exchanges',
    kind: 'counter',
    unit: '{exchange}',
    labels: [
      'http.response.status_code',
      'http.request.method',
      'sightline.client.country',
      'sightline.credential.kind',
      'sightline.server.name',
    ],
    means: 'HTTP exchanges on the MCP endpoint',
  },
  {
    name: 'sightline.payload.io',
    kind: 'counter',
    unit: 'By',
    labels: ['sightline.server.name', 'gen_ai.tool.name', 'network.io.direction'],
    means: 'bytes of tool arguments and results',
  },
  {
    name: 'sightline.tokens_estimated',
    kind: 'counter',
    unit: '{token}',
    labels: ['sightline.server.name', 'gen_ai.tool.name', 'sightline.tokens.kind'],
    means: 'estimated context tokens',
  },
  {
    name: 'nodejs.eventloop.delay.p99',
    kind: 'gauge',
    unit: 's',
    labels: [],
    means: 'event loop delay of the thread that owns the sockets',
  },
  {
    name: 'process.memory.usage',
    kind: 'gauge',
    unit: 'By',
    labels: [],
    means: 'resident memory of the process',
  },
] as const satisfies readonly MetricRow[];

export type MetricName = (typeof METRICS)[number]['name'];
