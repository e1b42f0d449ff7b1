/**
 * Every attribute that leaves the program, declared once: key, type, where it travels, what it means.
 * Spans, log records, metrics, the docs page and the checks of dashboards and collector read this table.
 *
 * Conventions come first (OpenTelemetry MCP and GenAI semantic conventions, read at
 * semantic-conventions-genai `docs/gen-ai/mcp.md`, status Development; core conventions v1.44.0);
 * what they lack stands under `sightline.*`.
 */
import {
  ATTEMPT_RESULTS,
  CONFIDENCES,
  CREDENTIAL_KINDS,
  DIRECTIONS,
  END_REASONS,
  ORIGINS,
  OUTCOMES,
  PAYLOAD_PARTS,
  RECORDS,
  RESULT_TYPES,
  SESSION_SOURCES,
  SESSION_STATUSES,
} from './words.ts';

/**
 * Where an attribute may appear. `server`/`client`: the SERVER and CLIENT span; `event`: event log records;
 * `detail`: the request's payload record (what only a detail view shows); `payload`: every payload record;
 * `session`: session summaries; `loss`: loss records; `metric`: a metric's label; `resource`: the resource.
 */
export type Place =
  | 'server'
  | 'client'
  | 'event'
  | 'detail'
  | 'payload'
  | 'session'
  | 'loss'
  | 'metric'
  | 'resource';

export interface AttributeRow {
  readonly key: string;
  /** OTLP value type. `int` and `double` are numbers on the wire, never text: LogQL compares nothing else. */
  readonly type: 'string' | 'int' | 'double' | 'boolean';
  readonly on: readonly Place[];
  readonly unit?: 's' | 'By' | 'ms';
  /** The closed vocabulary, where there is one. */
  readonly words?: readonly string[];
  readonly means: string;
}

const BOTH_SPANS_AND_EVENT = ['server', 'client', 'event'] as const;

export const ATTRIBUTES = [
  // ── conventions ──────────────────────────────────────────────────────────────────────────────────────
  {
    key: 'mcp.method.name',
    type: 'string',
    on: ['server', 'client', 'event', 'metric'],
    means: 'JSON-RPC method',
  },
  {
    key: 'mcp.protocol.version',
    type: 'string',
    on: ['server', 'client', 'event', 'session'],
    means: 'protocol revision in force: negotiated by `initialize`, or stated in `_meta`',
  },
  {
    key: 'mcp.session.id',
    type: 'string',
    on: ['server', 'client', 'event', 'session'],
    means: "the protocol's own session id, only when there is one",
  },
  {
    key: 'mcp.resource.uri',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    means: 'resource the message names; redacted like every text',
  },
  { key: 'jsonrpc.request.id', type: 'string', on: BOTH_SPANS_AND_EVENT, means: 'JSON-RPC id as text' },
  {
    key: 'jsonrpc.protocol.version',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    means: 'JSON-RPC version when it is not 2.0',
  },
  {
    key: 'gen_ai.tool.name',
    type: 'string',
    on: ['server', 'client', 'event', 'metric'],
    means: 'tool called',
  },
  { key: 'gen_ai.prompt.name', type: 'string', on: BOTH_SPANS_AND_EVENT, means: 'prompt asked for' },
  {
    key: 'gen_ai.operation.name',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    means: '`execute_tool` on tool calls, absent otherwise',
  },
  {
    key: 'rpc.response.status_code',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    means: 'JSON-RPC error code, as text',
  },
  {
    key: 'error.type',
    type: 'string',
    on: ['server', 'client', 'event', 'metric'],
    means:
      "JSON-RPC code, HTTP status, `tool_error`, else the outcome's name; on SERVER spans absent for faults of the caller",
  },
  {
    key: 'network.transport',
    type: 'string',
    on: ['server', 'client', 'detail'],
    means: '`tcp` for HTTP, `pipe` for stdio',
  },
  {
    key: 'network.protocol.name',
    type: 'string',
    on: ['server', 'client', 'detail'],
    means: '`http`, absent for stdio',
  },
  {
    key: 'network.protocol.version',
    type: 'string',
    on: ['server', 'client', 'detail'],
    means: 'HTTP version',
  },
  { key: 'server.address', type: 'string', on: ['client'], means: "the upstream's host" },
  { key: 'server.port', type: 'int', on: ['client'], means: "the upstream's port" },
  {
    key: 'client.address',
    type: 'string',
    on: ['server', 'event'],
    means: 'address of the caller; from forwarding headers only behind trusted proxies',
  },
  {
    key: 'client.port',
    type: 'int',
    on: ['server', 'detail'],
    means: 'port of the caller, when it connected directly',
  },
  {
    key: 'http.request.method',
    type: 'string',
    on: ['server', 'detail', 'metric'],
    means: 'method of the exchange',
  },
  {
    key: 'http.response.status_code',
    type: 'int',
    on: ['server', 'event', 'metric'],
    means: 'status the client saw',
  },
  {
    key: 'user_agent.original',
    type: 'string',
    on: ['server', 'detail'],
    means: 'User-Agent of the exchange',
  },
  {
    key: 'url.path',
    type: 'string',
    on: ['server', 'detail'],
    means: 'path of the exchange, redacted, without query',
  },

  // ── session ──────────────────────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.session.id',
    type: 'string',
    on: ['server', 'client', 'event', 'session'],
    means: 'session this belongs to; absent only where none could be known',
  },
  {
    key: 'sightline.session.source',
    type: 'string',
    on: ['server', 'client', 'event', 'session'],
    words: SESSION_SOURCES,
    means: 'evidence by which it was joined to its session',
  },
  {
    key: 'sightline.session.confidence',
    type: 'string',
    on: ['server', 'client', 'event', 'session'],
    words: CONFIDENCES,
    means: 'what that evidence is worth',
  },
  {
    key: 'sightline.server.name',
    type: 'string',
    on: ['server', 'client', 'event', 'session', 'metric'],
    means: 'configured name of the upstream',
  },
  {
    key: 'sightline.client.name',
    type: 'string',
    on: ['server', 'client', 'event', 'session', 'metric'],
    means: "the client's own name, from `initialize` or `_meta`; bounded on metrics",
  },
  {
    key: 'sightline.client.version',
    type: 'string',
    on: ['server', 'client', 'event', 'session'],
    means: "the client's own version",
  },

  // ── event ────────────────────────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.event.id',
    type: 'string',
    on: ['server', 'event', 'payload'],
    means: 'UUIDv7 of the moment the record is written, its last hex digit the bucket',
  },
  { key: 'sightline.event.number', type: 'int', on: ['event'], means: '1, 2, … within the session' },
  {
    key: 'sightline.direction',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    words: DIRECTIONS,
    means: 'which side sent the message',
  },
  {
    key: 'sightline.record',
    type: 'string',
    on: ['event', 'session', 'payload', 'loss'],
    words: RECORDS,
    means: 'kind of record; a Loki index label',
  },
  {
    key: 'sightline.bucket',
    type: 'string',
    on: ['event', 'session', 'payload', 'loss'],
    means: '`0` to `f`: FNV-1a 32 of the session id, modulo 16; a Loki index label',
  },
  {
    key: 'event.name',
    type: 'string',
    on: ['event', 'session', 'payload', 'loss', 'metric'],
    means: 'name of the record, also its OTLP EventName',
  },

  // ── operation, round, attempt ────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.operation.id',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    means: 'the logical call over all its rounds',
  },
  {
    key: 'sightline.round.number',
    type: 'int',
    on: BOTH_SPANS_AND_EVENT,
    means: '2, 3, … on the later rounds of an operation',
  },
  {
    key: 'sightline.round.outcome',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    words: OUTCOMES,
    means: "on the poll that ends a task: the poll's own outcome, while `sightline.outcome` is the task's",
  },
  {
    key: 'sightline.result.type',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    words: RESULT_TYPES,
    means: 'what the answer was; only `complete` ends the operation',
  },
  {
    key: 'sightline.tools.count',
    type: 'int',
    on: ['event'],
    means: 'how many tools the answer to a `tools/list` defined',
  },
  {
    key: 'sightline.operation.duration',
    type: 'double',
    unit: 's',
    on: ['server', 'event'],
    means: 'on the last round: seconds over all rounds and polls',
  },
  {
    key: 'sightline.operation.waiting',
    type: 'double',
    unit: 's',
    on: ['server', 'event'],
    means: 'of these, the seconds between rounds (user or client thinking)',
  },
  {
    key: 'sightline.attempt.number',
    type: 'int',
    on: BOTH_SPANS_AND_EVENT,
    means: 'nth try of the same call, 1 when it is the first',
  },
  {
    key: 'sightline.attempt.first_operation.id',
    type: 'string',
    on: BOTH_SPANS_AND_EVENT,
    means: 'from the second try on: the operation that began the chain',
  },
  {
    key: 'sightline.attempt.arguments_changed',
    type: 'boolean',
    on: ['event'],
    means: 'the chain goes on with other arguments',
  },
  {
    key: 'sightline.attempt.result',
    type: 'string',
    on: ['event', 'metric'],
    words: ATTEMPT_RESULTS,
    means: '`recovered` on the attempt that succeeded after failures',
  },
  {
    key: 'sightline.attempt.wasted',
    type: 'double',
    unit: 's',
    on: ['event'],
    means: "seconds from the first attempt's start to the one that succeeded, or to the end of the last",
  },
  {
    key: 'sightline.attempt.wasted_bytes',
    type: 'int',
    unit: 'By',
    on: ['event'],
    means: 'bytes of the failed attempts',
  },

  // ── outcome ──────────────────────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.outcome',
    type: 'string',
    on: ['server', 'client', 'event', 'metric'],
    words: OUTCOMES,
    means: 'how it ended',
  },
  {
    key: 'sightline.outcome.origin',
    type: 'string',
    on: ['server', 'client', 'event', 'metric'],
    words: ORIGINS,
    means: 'whose doing; absent when ok',
  },
  {
    key: 'sightline.error.message',
    type: 'string',
    on: ['server', 'event'],
    means: 'one line of what went wrong, redacted, at most 512 bytes',
  },
  {
    key: 'sightline.probe',
    type: 'boolean',
    on: ['server', 'event'],
    means: 'a refused `server/discover`: a client finding out the era; counts as no error anywhere',
  },
  {
    key: 'sightline.mismatch',
    type: 'string',
    on: ['server', 'event'],
    means: 'names of headers that contradict the body (2026-07-28)',
  },

  // ── sizes and times ──────────────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.request.size',
    type: 'int',
    unit: 'By',
    on: ['server', 'event'],
    means: "bytes of the request message's JSON text",
  },
  {
    key: 'sightline.response.size',
    type: 'int',
    unit: 'By',
    on: ['server', 'event'],
    means: "bytes of the answer's JSON text",
  },
  { key: 'sightline.duration', type: 'double', unit: 's', on: ['server', 'event'], means: 'total seconds' },
  {
    key: 'sightline.upstream.duration',
    type: 'double',
    unit: 's',
    on: ['server', 'event'],
    means: 'seconds the upstream took',
  },
  {
    key: 'sightline.proxy.duration',
    type: 'double',
    unit: 's',
    on: ['server', 'event'],
    means: "seconds of the proxy's own; upstream + proxy = total",
  },
  {
    key: 'sightline.upstream.first_byte',
    type: 'double',
    unit: 's',
    on: ['client', 'detail'],
    means: "seconds until the upstream's first byte",
  },

  // ── caller ───────────────────────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.client.country',
    type: 'string',
    on: ['server', 'event', 'metric'],
    means: 'ISO 3166-1 alpha-2; absent for private addresses',
  },
  {
    key: 'sightline.credential.kind',
    type: 'string',
    on: ['server', 'event', 'metric'],
    words: CREDENTIAL_KINDS,
    means: 'kind of credential, never the credential',
  },
  {
    key: 'sightline.credential.prefix',
    type: 'string',
    on: ['server', 'detail'],
    means: 'first characters of the credential, never more than a quarter of it',
  },

  // ── labels, sampling, payload ────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.tool.label',
    type: 'string',
    on: ['server', 'client'],
    means: 'the bounded value used as metric label',
  },
  {
    key: 'sightline.method.label',
    type: 'string',
    on: ['server', 'client'],
    means: 'the bounded value used as metric label',
  },
  { key: 'sightline.sampled', type: 'boolean', on: ['event'], means: 'false: no span was kept' },
  {
    key: 'sightline.replayed',
    type: 'boolean',
    on: ['server', 'client'],
    means: 'true: exported later from the archive',
  },
  {
    key: 'sightline.payload.parts',
    type: 'string',
    on: ['event'],
    means: '`request`, `response`, `request,response` or `none`',
  },
  {
    key: 'sightline.payload.part',
    type: 'string',
    on: ['payload'],
    words: PAYLOAD_PARTS,
    means: 'which half this payload record is',
  },
  {
    key: 'sightline.payload.size',
    type: 'int',
    unit: 'By',
    on: ['payload'],
    means: 'true size of the part before redaction and cap',
  },
  {
    key: 'sightline.payload.truncated',
    type: 'boolean',
    on: ['event', 'payload'],
    means: 'a part was cut at the cap',
  },
  {
    key: 'sightline.payload.redacted',
    type: 'int',
    on: ['payload'],
    means: 'number of values redacted in this part',
  },

  // ── server logs ──────────────────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.log.level',
    type: 'string',
    on: ['event'],
    means: "level of a server's log message, as MCP spells it",
  },
  { key: 'sightline.log.logger', type: 'string', on: ['event'], means: 'logger that a server names' },
  {
    key: 'sightline.log.message',
    type: 'string',
    on: ['event'],
    means: "one line of a server's log message, redacted, at most 512 bytes",
  },

  // ── session summaries and ends ───────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.session.end_reason',
    type: 'string',
    on: ['event', 'metric'],
    words: END_REASONS,
    means: 'why the session ended',
  },
  {
    key: 'sightline.session.started',
    type: 'int',
    unit: 'ms',
    on: ['session'],
    means: 'unix milliseconds of the first event',
  },
  {
    key: 'sightline.session.last_activity',
    type: 'int',
    unit: 'ms',
    on: ['session'],
    means: 'unix milliseconds of the last event',
  },
  {
    key: 'sightline.session.duration',
    type: 'double',
    unit: 's',
    on: ['session'],
    means: 'first to last event',
  },
  {
    key: 'sightline.session.status',
    type: 'string',
    on: ['session'],
    words: SESSION_STATUSES,
    means: '`open` or `ended`; a reader shows Active when open and lately active',
  },
  { key: 'sightline.session.events', type: 'int', on: ['session'], means: 'events so far' },
  { key: 'sightline.session.calls', type: 'int', on: ['session'], means: 'requests of the client so far' },
  { key: 'sightline.session.tool_calls', type: 'int', on: ['session'], means: 'tool calls so far' },
  {
    key: 'sightline.session.errors',
    type: 'int',
    on: ['session'],
    means: 'requests of the client that are neither ok, cancelled nor a probe',
  },
  { key: 'sightline.session.retries', type: 'int', on: ['session'], means: 'second and later attempts' },
  {
    key: 'sightline.session.recovered',
    type: 'int',
    on: ['session'],
    means: 'retry chains that ended in success',
  },
  {
    key: 'sightline.session.gave_up',
    type: 'int',
    on: ['session'],
    means: 'retry chains that ended without success',
  },
  {
    key: 'sightline.session.bytes',
    type: 'int',
    unit: 'By',
    on: ['session'],
    means: 'bytes of requests and answers',
  },
  {
    key: 'sightline.session.tokens_estimated',
    type: 'int',
    on: ['session'],
    means: 'estimated context tokens: a quarter of the bytes of tool definitions and results',
  },
  {
    key: 'sightline.session.tool_time',
    type: 'double',
    unit: 's',
    on: ['session'],
    means: 'seconds spent in tool calls',
  },
  {
    key: 'sightline.session.incomplete',
    type: 'boolean',
    on: ['session'],
    means: 'something of this session was dropped, cut or evicted',
  },
  {
    key: 'sightline.session.tools',
    type: 'string',
    on: ['session'],
    means: 'JSON `{"name":[calls,errors]}`, at most 100 names, the rest under `_more`',
  },

  // ── loss ─────────────────────────────────────────────────────────────────────────────────────────────
  {
    key: 'sightline.loss.stage',
    type: 'string',
    on: ['loss', 'metric'],
    means: 'where something was lost: `tap`, `shim`, `queue`, `observation`, `archive`, `export`',
  },
  { key: 'sightline.loss.reason', type: 'string', on: ['loss', 'metric'], means: 'why' },
  { key: 'sightline.loss.count', type: 'int', on: ['loss'], means: 'how many since the last such record' },
  {
    key: 'sightline.loss.from',
    type: 'int',
    unit: 'ms',
    on: ['loss'],
    means: 'unix milliseconds of the first',
  },
  { key: 'sightline.loss.to', type: 'int', unit: 'ms', on: ['loss'], means: 'unix milliseconds of the last' },

  // ── metric labels and resource ───────────────────────────────────────────────────────────────────────
  {
    key: 'network.io.direction',
    type: 'string',
    on: ['metric'],
    words: ['receive', 'transmit'],
    means: '`receive`: from the client; `transmit`: to it',
  },
  {
    key: 'sightline.tokens.kind',
    type: 'string',
    on: ['metric'],
    words: ['definition', 'result'],
    means: 'what the tokens were spent on',
  },
  { key: 'service.name', type: 'string', on: ['resource'], means: '`sightline`' },
  { key: 'service.version', type: 'string', on: ['resource'], means: "Sightline's version" },
  { key: 'service.instance.id', type: 'string', on: ['resource'], means: 'this instance' },
  { key: 'deployment.environment.name', type: 'string', on: ['resource'], means: 'when given' },
] as const satisfies readonly AttributeRow[];

type Row = (typeof ATTRIBUTES)[number];
type ValueOf<R> = R extends { words: readonly (infer W)[] }
  ? W
  : R extends { type: 'string' }
    ? string
    : R extends { type: 'boolean' }
      ? boolean
      : number;

/** Any key of the table. */
export type AttributeKey = Row['key'];

/** A bag of attributes; only keys of the table, each with its own type. `undefined` means absent. */
export type Attributes = { [R in Row as R['key']]?: ValueOf<R> | undefined };
