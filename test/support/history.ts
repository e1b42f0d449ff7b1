/**
 * A past of any length, made by the real fold: dated frames go in, the events that an archive keeps come out. So
 * tests and benchmarks with a hundred thousand events need no hours of traffic and no second opinion on what an
 * event looks like. Deterministic but for the times asked for: no clock, no randomness but a fixed sequence.
 */
import { PATTERNS_BUILT_IN, REDACTED_KEYS } from '../../proxy/src/config/redaction.ts';
import type { Event, RecordedEvent } from '../../proxy/src/observation/event.ts';
import type { Frame } from '../../proxy/src/observation/frame.ts';
import { Observer } from '../../proxy/src/observation/observer.ts';
import type { PayloadMode } from '../../proxy/src/observation/settings.ts';
import { aRequest, SETTINGS, sighted } from '../../proxy/src/testing/frames.ts';

export interface HistoryOptions {
  /** Tool calls in all; handshakes and session records come besides. */
  readonly calls: number;
  readonly sessions: number;
  /** So many of the calls belong to one session, of the client `LONG_CLIENT`, from the first to the last moment. */
  readonly longSessionCalls?: number;
  /** Unix milliseconds of the first request and of about the last. */
  readonly fromMs: number;
  readonly toMs: number;
  /** `redacted` unless given. */
  readonly payloadMode?: PayloadMode;
}

/** The client of the one long session. */
export const LONG_CLIENT = 'marathon-agent';

/** Sessions that talk at the same time. */
const BESIDE = 8;
/** Number of the long session: no other has it. */
const LONG = 1_000_000;
/** Events handed out at once, at least. */
const BATCH = 500;

const SERVERS = {
  shop: [
    'search_products',
    'create_payment',
    'get_invoice',
    'refund_payment',
    'track_shipment',
    'export_orders',
  ],
  files: ['read_file', 'write_file', 'list_directory', 'search_files'],
} as const;
type ServerName = keyof typeof SERVERS;

const CLIENTS = ['desk-agent', 'checkout-bot', 'ledger-agent', 'chat-widget', 'night-job'];
const CALLERS = [
  { address: '10.0.4.17' },
  { address: '193.0.6.139', country: 'NL' },
  { address: '203.0.113.9', country: 'AU' },
  { address: '198.51.100.23', country: 'US' },
  { address: '2001:db8::7', country: 'DE' },
];
const FAILURES = [
  'upstream timeout after 3000 ms',
  'rate limited, try again in 30 s',
  'card declined by issuer',
];

/** Events in the order of writing, in batches; what leaves no record (`traffic`) is left out. */
export function* makeHistory(options: HistoryOptions): Generator<readonly RecordedEvent[]> {
  const observer = new Observer({
    ...SETTINGS,
    payloadMode: options.payloadMode ?? 'redacted',
    redaction: { keys: REDACTED_KEYS, patterns: PATTERNS_BUILT_IN, paths: [] },
  });
  let batch: RecordedEvent[] = [];
  for (const frame of makeFrames(options)) {
    batch.push(...observer.take(frame).filter(isRecorded));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function isRecorded(event: Event): event is RecordedEvent {
  return event.kind !== 'traffic';
}

/** All frames in the order of time: calls overlap, so each waits for its turn among the others. */
function* makeFrames(options: HistoryOptions): Generator<Frame> {
  const { calls, sessions, fromMs, toMs, longSessionCalls = 0 } = options;
  const random = startSequence(4711);
  const perSession = Math.ceil(calls / sessions);
  const stepMs = (toMs - fromMs) / calls;
  let waiting: Frame[] = [];
  let tickMs = fromMs;
  const begun = new Map<number, Session>();
  for (let call = 0; call < calls; call += 1) {
    const nowMs = fromMs + call * stepMs;
    const beside = Math.min(BESIDE, sessions);
    const isLong =
      longSessionCalls > 0 &&
      Math.floor((call * longSessionCalls) / calls) !== Math.floor(((call - 1) * longSessionCalls) / calls);
    const number = isLong ? LONG : Math.floor(call / (beside * perSession)) * beside + (call % beside);
    let session = begun.get(number);
    if (!session) {
      session = beginSession(number, random);
      begun.set(number, session);
      begun.delete(number - 2 * BESIDE);
      waiting.push(...session.handshake(call, nowMs));
    }
    waiting.push(...session.call(call, nowMs + 1, random));
    waiting.sort((a, b) => a.atUs - b.atUs);
    for (; tickMs <= nowMs; tickMs += 1_000) waiting.unshift({ kind: 'tick', atUs: micros(tickMs) });
    const due = waiting.filter((frame) => frame.atUs <= micros(nowMs));
    waiting = waiting.slice(due.length);
    yield* due.sort((a, b) => a.atUs - b.atUs);
  }
  yield* waiting;
  yield { kind: 'tick', atUs: micros(Math.max(toMs, tickMs)) };
}

interface Session {
  handshake(exchange: number, ms: number): readonly Frame[];
  call(exchange: number, ms: number, random: () => number): readonly Frame[];
}

function beginSession(number: number, random: () => number): Session {
  const server: ServerName = random() < 0.7 ? 'shop' : 'files';
  const client = number === LONG ? LONG_CLIENT : (CLIENTS[number % CLIENTS.length] ?? 'desk-agent');
  const caller = CALLERS[number % CALLERS.length] ?? { address: '10.0.0.1' };
  const id = `${(number * 2_654_435_761).toString(16).padStart(12, '0')}-${number}`;
  const from = (exchange: number, ms: number) =>
    aRequest(exchange).with({
      atUs: micros(ms),
      sentUs: micros(ms + 0.2),
      server,
      client: caller,
      credential: { kind: 'bearer', prefix: 'eyJh…', hash: client },
    });
  // What failed last is asked for again, so that the history holds chains of attempts.
  let again: { readonly tool: string; readonly order: string } | undefined;
  return {
    handshake: (exchange, ms) => {
      // Exchanges of handshakes are numbered below those of calls, which begin at 0.
      const frames = from(-1 - exchange, ms)
        .initialize(client, `1.${number % 7}.0`)
        .build();
      return [frames, ...answerFrames(-1 - exchange, ms + 1, 3, 200, initialized, id)];
    },
    call: (exchange, ms, next) => {
      const tools = SERVERS[server];
      const tool = again?.tool ?? tools[Math.floor(next() ** 2 * tools.length)] ?? tools[0];
      const order = again?.order ?? `ord-${Math.floor(next() * 90_000) + 10_000}`;
      const args = { order_id: order, note: 'sorted by date, newest first', password: 'hunter2', limit: 20 };
      const luck = next();
      const tookMs = 4 + 60 * next() ** 3 + (next() < 0.02 ? 2_000 * next() : 0);
      const request = from(exchange, ms).inSession(id).toolCall(tool, args, exchange).build();
      again = luck < 0.08 ? { tool, order } : undefined;
      const failure = FAILURES[Math.floor(next() * FAILURES.length)] ?? '';
      if (luck < 0.06)
        return [request, ...answerFrames(exchange, ms, tookMs, 200, toolError(exchange, failure), id)];
      if (luck < 0.08)
        return [request, ...answerFrames(exchange, ms, tookMs, 503, 'Down for maintenance', id)];
      if (luck < 0.1)
        return [request, ...answerFrames(exchange, ms, tookMs, 200, rpcError(exchange, order), id)];
      if (luck < 0.105) return [request, ...answerFrames(exchange, ms, tookMs, 401, 'expired token', id)];
      return [request, ...answerFrames(exchange, ms, tookMs, 200, found(exchange, order), id)];
    },
  };
}

function answerFrames(
  exchange: number,
  ms: number,
  tookMs: number,
  status: number,
  body: unknown,
  session: string,
): readonly Frame[] {
  const atUs = micros(ms + tookMs);
  const sentBytes = typeof body === 'string' ? body.length : JSON.stringify(body).length;
  return [
    {
      kind: 'response',
      exchange,
      atUs,
      status,
      headers: {
        'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
        'mcp-session-id': session,
      },
    },
    {
      kind: 'end',
      exchange,
      atUs: micros(ms + tookMs + 0.3),
      how: 'complete',
      firstByteUs: atUs,
      receivedUs: atUs,
      receivedBytes: 260,
      sentBytes,
      body: sighted(body),
    },
  ];
}

const initialized = {
  jsonrpc: '2.0',
  id: 0,
  result: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'shop', version: '3.2' },
  },
};

function toolError(id: number, text: string): object {
  return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }], isError: true } };
}

function rpcError(id: number, order: string): object {
  return { jsonrpc: '2.0', id, error: { code: -32602, message: `there is no order ${order}` } };
}

function found(id: number, order: string): object {
  const lines = ['tea, green, 250 g', 'mug, blue', 'kettle, steel, 1.7 l'].map((name, line) => ({
    sku: `S-${line}${order.slice(4)}`,
    name,
    cents: 1_290 + 50 * line,
  }));
  const text = JSON.stringify({ order, status: 'in_transit', lines, customer: 'Meridian Tea & Coffee Ltd' });
  return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } };
}

function micros(ms: number): number {
  return Math.round(ms * 1_000);
}

/** A fixed sequence of numbers in [0, 1) (mulberry32). */
function startSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
