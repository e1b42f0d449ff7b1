/**
 * An OTLP receiver for tests: a real HTTP server that takes traces, logs and metrics as JSON or protobuf, plain or
 * gzip, keeps all of it decoded, and holds it against the contract. Told to, it refuses, hangs or breaks off, as
 * collectors do; what it did not accept it does not keep.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { listenOn } from './listenOn.ts';
import {
  type ReceivedMetric,
  type ReceivedRecord,
  type ReceivedSpan,
  readMetrics,
  readRecords,
  readSpans,
} from './otlpItems.ts';
import { decodeRequest, type Signal } from './otlpProto.ts';
import { findViolations } from './otlpViolations.ts';

/** How a request is answered. */
export type Answer =
  | { readonly kind: 'ok' }
  /** Accepted but for so many items. */
  | { readonly kind: 'partial'; readonly rejected: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** No answer, the connection stays open. */
  | { readonly kind: 'hang' }
  /** The connection is broken off; `kept`: after everything was taken, so that it comes a second time. */
  | { readonly kind: 'close'; readonly kept?: true };

/** One request, as it came. */
export interface ReceivedRequest {
  readonly signal: Signal;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly answer: Answer['kind'];
  /** Bytes on the wire. */
  readonly bytes: number;
  /** When it had come whole, Unix milliseconds. */
  readonly atMs: number;
  /** How many requests had begun before it. */
  readonly begun: number;
  /** Spans, records or metrics that were taken of it. */
  readonly kept: number;
}

export interface OtlpReceiver {
  /** `http://127.0.0.1:port`, for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly requests: readonly ReceivedRequest[];
  readonly spans: readonly ReceivedSpan[];
  readonly records: readonly ReceivedRecord[];
  /** Every export of every metric; the last one of a name is the newest. */
  readonly metrics: readonly ReceivedMetric[];
  /** Requests that could not be decoded. */
  readonly broken: readonly string[];
  /** Answers the next `times` requests (of one signal, or of any) so; without `times`, all until told otherwise. */
  answer(answer: Answer, times?: number, signal?: Signal): void;
  /** Answers every request with this status that has such a span or record in it, and keeps nothing of it. */
  refuse(status: number, holds: (item: ReceivedSpan | ReceivedRecord) => boolean): void;
  /** Sentences on all that is not as the contract says; `resourceKeys` are those the test itself added. */
  violations(resourceKeys?: readonly string[]): readonly string[];
  /** Waits until `holds`; rejects with `what` when it does not within `timeoutMs` (default 10 s). */
  waitFor(what: string, holds: () => boolean, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

interface Plan {
  readonly answer: Answer;
  left: number;
  readonly signal: Signal | undefined;
}

const OK: Answer = { kind: 'ok' };

/** Listens on a port of 127.0.0.1, by default a free one. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const state = new ReceiverState();
  const server = createServer((request, response) => void state.take(request, response));
  const listening = await listenOn(server, port);
  return {
    endpoint: listening.origin,
    requests: state.requests,
    spans: state.spans,
    records: state.records,
    metrics: state.metrics,
    broken: state.broken,
    answer(answer, times = Number.POSITIVE_INFINITY, signal) {
      // Newest first, so that `answer({ kind: 'ok' })` ends what went before.
      if (times === Number.POSITIVE_INFINITY) state.plans.length = 0;
      state.plans.push({ answer, left: times, signal });
    },
    refuse(status, holds) {
      state.refusal = { status, holds };
    },
    violations: (resourceKeys = []) => [...state.broken, ...findViolations(state, resourceKeys)],
    waitFor: (what, holds, timeoutMs = 10_000) => waitFor(what, holds, timeoutMs),
    close: () => listening.close(),
  };
}

class ReceiverState {
  readonly requests: ReceivedRequest[] = [];
  readonly spans: ReceivedSpan[] = [];
  readonly records: ReceivedRecord[] = [];
  readonly metrics: ReceivedMetric[] = [];
  readonly broken: string[] = [];
  readonly plans: Plan[] = [];
  #begun = 0;
  refusal:
    | { readonly status: number; readonly holds: (item: ReceivedSpan | ReceivedRecord) => boolean }
    | undefined;

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = this.#begun++;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The sender went away; there is nobody to answer.
      return;
    }
    const signal = /^\/v1\/(traces|logs|metrics)$/.exec(request.url ?? '')?.[1] as Signal | undefined;
    if (signal === undefined) {
      this.broken.push(`${request.method} ${request.url}`);
      response.writeHead(404).end();
      return;
    }
    const body = Buffer.concat(chunks);
    const type = request.headers['content-type'] ?? '';
    const read = this.#read(
      signal,
      type,
      request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
    );
    const answer = this.#refusalOf(read) ?? this.#next(signal);
    const isKept =
      answer.kind === 'ok' || answer.kind === 'partial' || (answer.kind === 'close' && answer.kept);
    const kept = isKept ? this.#keep(read) : 0;
    const { headers } = request;
    this.requests.push({
      signal,
      headers,
      answer: answer.kind,
      bytes: body.length,
      atMs: Date.now(),
      begun,
      kept,
    });
    reply(answer, type, signal, response);
  }

  #refusalOf({ spans, records }: Read): Answer | undefined {
    const { refusal } = this;
    if (refusal === undefined || ![...spans, ...records].some(refusal.holds)) return undefined;
    return { kind: 'status', status: refusal.status };
  }

  #next(signal: Signal): Answer {
    const plan = this.plans.find((one) => one.left > 0 && (one.signal ?? signal) === signal);
    if (plan === undefined) return OK;
    plan.left -= 1;
    return plan.answer;
  }

  #read(signal: Signal, type: string, body: Buffer): Read {
    const encoding = type.startsWith('application/json') ? 'json' : 'protobuf';
    const nothing: Read = { spans: [], records: [], metrics: [] };
    try {
      const request = decodeRequest(signal, type, body);
      if (signal === 'traces') return { ...nothing, spans: readSpans(request, encoding) };
      if (signal === 'logs') return { ...nothing, records: readRecords(request, encoding) };
      return { ...nothing, metrics: readMetrics(request, encoding) };
    } catch (error) {
      this.broken.push(`${signal} (${type}): ${String(error)}`);
      return nothing;
    }
  }

  #keep({ spans, records, metrics }: Read): number {
    this.spans.push(...spans);
    this.records.push(...records);
    this.metrics.push(...metrics);
    return spans.length + records.length + metrics.length;
  }
}

/** What one request holds. */
interface Read {
  readonly spans: readonly ReceivedSpan[];
  readonly records: readonly ReceivedRecord[];
  readonly metrics: readonly ReceivedMetric[];
}

const REJECTED = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
} as const;

function reply(answer: Answer, type: string, signal: Signal, response: ServerResponse): void {
  if (answer.kind === 'hang') return;
  if (answer.kind === 'close') {
    response.destroy();
  } else if (answer.kind === 'status') {
    const { status, retryAfter } = answer;
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
  } else {
    response.writeHead(200, { 'content-type': type });
    response.end(answer.kind === 'partial' ? partialSuccess(answer.rejected, type, signal) : undefined);
  }
}

/** ExportPartialSuccess (field 1 of the response) with the number of rejected items (its field 1). */
function partialSuccess(rejected: number, type: string, signal: Signal): string | Buffer {
  if (type.startsWith('application/json')) {
    return JSON.stringify({ partialSuccess: { [REJECTED[signal]]: String(rejected) } });
  }
  return Buffer.of(0x0a, 2, 0x08, rejected);
}

async function waitFor(what: string, holds: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
