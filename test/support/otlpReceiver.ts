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
  /** The connection is broken off. */
  | { readonly kind: 'close' };

/** One request, as it came. */
export interface ReceivedRequest {
  readonly signal: Signal;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly answer: Answer['kind'];
  /** Bytes on the wire. */
  readonly bytes: number;
  /** When it had come whole, Unix milliseconds. */
  readonly atMs: number;
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

/** Listens on a free port of 127.0.0.1. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const state = new ReceiverState();
  const server = createServer((request, response) => void state.take(request, response));
  const listening = await listenOn(server);
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

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
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
    const answer = this.#next(signal);
    const body = Buffer.concat(chunks);
    this.requests.push({
      signal,
      headers: request.headers,
      answer: answer.kind,
      bytes: body.length,
      atMs: Date.now(),
    });
    const type = request.headers['content-type'] ?? '';
    if (answer.kind === 'ok' || answer.kind === 'partial') {
      this.#keep(signal, type, request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    }
    reply(answer, type, signal, response);
  }

  #next(signal: Signal): Answer {
    const plan = this.plans.find((one) => one.left > 0 && (one.signal ?? signal) === signal);
    if (plan === undefined) return OK;
    plan.left -= 1;
    return plan.answer;
  }

  #keep(signal: Signal, type: string, body: Buffer): void {
    const encoding = type.startsWith('application/json') ? 'json' : 'protobuf';
    try {
      const request = decodeRequest(signal, type, body);
      if (signal === 'traces') this.spans.push(...readSpans(request, encoding));
      else if (signal === 'logs') this.records.push(...readRecords(request, encoding));
      else this.metrics.push(...readMetrics(request, encoding));
    } catch (error) {
      this.broken.push(`${signal} (${type}): ${String(error)}`);
    }
  }
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
