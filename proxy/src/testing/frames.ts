/**
 * Builders of frames, so that a test says only what matters to it: `aRequest(1).toolCall('brew').at(5)`. Times are in
 * milliseconds since `T0`. For tests only; nothing here is checked, a hostile frame is built as easily as a good one.
 */
import type {
  BodySighting,
  CutFrame,
  EndFrame,
  EndHow,
  ProxyAnswer,
  RequestFrame,
  ResponseFrame,
  SseFrame,
  TickFrame,
} from '../observation/frame.ts';
import type { ObserverSettings } from '../observation/settings.ts';

/** 2026-11-20T10:00:00Z in microseconds. */
export const T0 = 1_795_168_800_000_000;

export const SETTINGS: ObserverSettings = {
  servers: [
    { name: 'shop', address: 'shop.internal', port: 8080 },
    { name: 'files', address: 'files.internal', port: 8080 },
  ],
  seed: '00112233445566778899aabbccddeeff',
  unansweredAfterUs: 60_000_000,
  resumeWindowUs: 300_000_000,
  retryWindowUs: 300_000_000,
  sessionIdleUs: 1_800_000_000,
  payloadMode: 'redacted',
  payloadBytesMax: 65_536,
  inspectDepthMax: 1000,
  redaction: { keys: ['password', 'token'], patterns: [], paths: [] },
  traceParent: 'parent',
  hashSessionIds: false,
};

export function micros(ms: number): number {
  return T0 + Math.round(ms * 1000);
}

export function sighted(value: unknown): BodySighting {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { text, bytes: Buffer.byteLength(text) };
}

export type RequestId = string | number;

/** A client's half of an exchange: a POST to `/mcp` from the same caller unless something else is said. */
export class RequestBuilder {
  #frame: RequestFrame;
  #meta: Record<string, unknown> = {};
  #message: Record<string, unknown> | undefined;

  constructor(exchange: number) {
    this.#frame = {
      kind: 'request',
      exchange,
      atUs: T0,
      sentUs: T0,
      server: 'shop',
      method: 'POST',
      path: '/mcp',
      httpVersion: '1.1',
      headers: { 'user-agent': 'test' },
      client: { address: '127.0.0.1', port: 50_000 },
      credential: { kind: 'none' },
      traceparent: `00-${(exchange + 1).toString(16).padStart(32, '0')}-${(exchange + 1).toString(16).padStart(16, '0')}-00`,
    };
  }

  at(ms: number): this {
    return this.#with({ atUs: micros(ms), ...(this.#frame.sentUs !== undefined && { sentUs: micros(ms) }) });
  }

  /** The proxy answers by itself: nothing is handed on. */
  refused(): this {
    const { sentUs: _sent, ...frame } = this.#frame;
    this.#frame = frame;
    return this;
  }

  server(server: string): this {
    return this.#with({ server });
  }

  method(method: string): this {
    return this.#with({ method });
  }

  to(path: string, query?: string): this {
    return this.#with({ path, ...(query !== undefined && { query }) });
  }

  from(address: string): this {
    return this.#with({ client: { address } });
  }

  header(name: string, value: string): this {
    return this.#with({ headers: { ...this.#frame.headers, [name]: value } });
  }

  inSession(id: string): this {
    return this.header('mcp-session-id', id);
  }

  /** Makes the message a 2026-07-28 one. */
  modern(client: { name?: string; version?: string } = { name: 'teapot', version: '1' }): this {
    return this.meta({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': client,
    });
  }

  meta(members: Record<string, unknown>): this {
    this.#meta = { ...this.#meta, ...members };
    return this;
  }

  call(method: string, params: Record<string, unknown> = {}, id: RequestId = 1): this {
    return this.message({ jsonrpc: '2.0', id, method, params });
  }

  toolCall(name: string, args: Record<string, unknown> = {}, id: RequestId = 1): this {
    return this.call('tools/call', { name, arguments: args }, id);
  }

  initialize(name = 'kettle', version = '1', id: RequestId = 0): this {
    return this.call(
      'initialize',
      { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name, version } },
      id,
    );
  }

  notify(method: string, params: Record<string, unknown> = {}): this {
    return this.message({ jsonrpc: '2.0', method, params });
  }

  answer(id: RequestId, result: unknown = {}): this {
    return this.message({ jsonrpc: '2.0', id, result });
  }

  message(message: Record<string, unknown>): this {
    this.#message = message;
    return this;
  }

  /** A body as it stands: text, a batch, anything. */
  body(value: unknown): this {
    this.#message = undefined;
    return this.#with({ body: sighted(value) });
  }

  with(changes: Partial<RequestFrame>): this {
    return this.#with(changes);
  }

  build(): RequestFrame {
    if (!this.#message) return this.#frame;
    const params = this.#message.params;
    const withMeta =
      Object.keys(this.#meta).length > 0 && typeof params === 'object'
        ? { ...this.#message, params: { ...params, _meta: this.#meta } }
        : this.#message;
    return { ...this.#frame, body: sighted(withMeta) };
  }

  #with(changes: Partial<RequestFrame>): this {
    this.#frame = { ...this.#frame, ...changes };
    return this;
  }
}

export function aRequest(exchange: number): RequestBuilder {
  return new RequestBuilder(exchange);
}

export function aResponse(
  exchange: number,
  ms: number,
  status = 200,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): ResponseFrame {
  return { kind: 'response', exchange, atUs: micros(ms), status, headers };
}

/** The head of an event stream. */
export function aStream(exchange: number, ms: number, headers: Record<string, string> = {}): ResponseFrame {
  return aResponse(exchange, ms, 200, { 'content-type': 'text/event-stream', ...headers });
}

export function aProxyAnswer(
  exchange: number,
  ms: number,
  status: number,
  answer: ProxyAnswer,
): ResponseFrame {
  return { ...aResponse(exchange, ms, status), proxy: { answer, message: `the proxy said ${answer}` } };
}

/** One SSE event. */
export function anEvent(
  exchange: number,
  ms: number,
  data: unknown,
  fields: { id?: string; event?: string } = {},
): SseFrame {
  const atUs = micros(ms);
  return {
    kind: 'sse',
    exchange,
    atUs,
    receivedUs: atUs,
    ...fields,
    ...(data !== undefined && { data: sighted(data) }),
  };
}

export function anEnd(exchange: number, ms: number, how: EndHow = 'complete', body?: unknown): EndFrame {
  const atUs = micros(ms);
  return {
    kind: 'end',
    exchange,
    atUs,
    how,
    firstByteUs: atUs,
    receivedUs: atUs,
    receivedBytes: 0,
    sentBytes: 0,
    ...(body !== undefined && { body: sighted(body) }),
  };
}

export function aCut(exchange: number, ms: number): CutFrame {
  return { kind: 'cut', exchange, atUs: micros(ms) };
}

export function aTick(ms: number): TickFrame {
  return { kind: 'tick', atUs: micros(ms) };
}

export function aShutdown(ms: number) {
  return { kind: 'shutdown' as const, atUs: micros(ms) };
}

export function result(id: RequestId, value: unknown = {}) {
  return { jsonrpc: '2.0', id, result: value };
}

export function failure(id: RequestId | null, code: number, message = 'no') {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
