/**
 * Recorded traffic: `wire.jsonl` (what crossed, dated) through the proxy's own tap to the frames that a transport
 * would have made of it. No socket, no clock: the recording has both. The tap is the real one, so cutting the
 * recorded chunks anew must change nothing.
 */
import type {
  EndHow,
  Frame,
  LossFrame,
  MisdirectionFrame,
  ProxyAnswer,
  UnixMicros,
} from '../observation/frame.ts';
import type { ObserverSettings } from '../observation/settings.ts';
import { ByteBudget } from './bytes.ts';
import { createCredentialReader } from './credential.ts';
import { readRequestHead } from './requestHead.ts';
import { Tap } from './tap.ts';
import { continueTrace } from './trace.ts';

/** One line of `wire.jsonl`. `at` is in milliseconds since the story began. */
export type WireLine =
  /** How the proxy was set up, where it differs from the defaults. First line, at most once. */
  | { readonly at: number; readonly settings: Partial<ObserverSettings> }
  /** A request; `x` numbers the exchange. `body` as JSON or as text; `sent: false`: the proxy answers by itself. */
  | {
      readonly at: number;
      readonly x: number;
      readonly request: string;
      readonly server?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly client?: { readonly address: string; readonly port?: number; readonly country?: string };
      readonly sent?: false;
      /** The body stopped before its end. */
      readonly incomplete?: true;
    }
  | {
      readonly at: number;
      readonly x: number;
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly proxy?: { readonly answer: ProxyAnswer; readonly message: string };
    }
  /** Bytes of the answer. */
  | { readonly at: number; readonly x: number; readonly chunk: string }
  | { readonly at: number; readonly x: number; readonly json: unknown }
  | { readonly at: number; readonly x: number; readonly end: EndHow }
  /** A misleading address that the transport noticed; without `x` in an answer that was no MCP exchange. */
  | {
      readonly at: number;
      readonly x?: number;
      readonly misdirection: Pick<MisdirectionFrame, 'method' | 'path' | 'where' | 'address' | 'rewritable'>;
    }
  /** The queue dropped the rest of an exchange. */
  | { readonly at: number; readonly x: number; readonly cut: true }
  | { readonly at: number; readonly loss: Pick<LossFrame, 'stage' | 'reason' | 'count'> }
  /** Nothing crosses, but time passes. */
  | { readonly at: number; readonly pause: true }
  | { readonly at: number; readonly shutdown: true };

/** The proxy ticks four times a second; twice is enough here. */
const TICK_US = 500_000;
/** From the last byte received to the last byte handed on. */
const PASSING_US = 40;

/** Reads a recording. @throws with the number of the first line that is no JSON object. */
export function parseRecording(text: string): WireLine[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null && 'at' in value) return [value as WireLine];
    } catch {
      // Told below.
    }
    throw new Error(`line ${i + 1} is no line of a recording`);
  });
}

/** Cuts one chunk into pieces; the default leaves it whole. */
export type Cutter = (bytes: Buffer) => readonly Buffer[];

/** The frames that a transport would have made of a recording that began at `startUs`. */
export function framesOf(
  wire: readonly WireLine[],
  startUs: UnixMicros,
  cut: Cutter = (bytes) => [bytes],
): Frame[] {
  const recorder = new Recorder(cut, startUs);
  for (const line of wire) recorder.take(line);
  return recorder.frames;
}

interface Running {
  readonly tap: Tap;
  firstByteUs: number | undefined;
  receivedUs: number | undefined;
  receivedBytes: number;
  sentBytes: number;
}

class Recorder {
  readonly frames: Frame[] = [];
  readonly #cut: Cutter;
  readonly #running = new Map<number, Running>();
  readonly #budget = new ByteBudget(64 * 1024 * 1024);
  readonly #readCredential = createCredentialReader(true);
  readonly #startUs: UnixMicros;
  #nowUs: UnixMicros;
  #tickUs: UnixMicros;
  #ids = 0;

  constructor(cut: Cutter, startUs: UnixMicros) {
    this.#cut = cut;
    this.#startUs = startUs;
    this.#nowUs = startUs;
    this.#tickUs = startUs;
  }

  take(line: WireLine): void {
    const atUs = this.#startUs + Math.round(line.at * 1000);
    for (let tick = this.#tickUs + TICK_US; tick < atUs; tick += TICK_US) {
      this.#tickUs = tick;
      this.frames.push({ kind: 'tick', atUs: tick });
    }
    this.#nowUs = atUs;
    if ('request' in line) this.#request(line);
    else if ('status' in line) this.#status(line);
    else if ('chunk' in line) this.#bytes(line.x, Buffer.from(line.chunk));
    else if ('json' in line) this.#bytes(line.x, Buffer.from(JSON.stringify(line.json)));
    else if ('end' in line) this.#end(line.x, line.end);
    else if ('cut' in line) this.frames.push({ kind: 'cut', exchange: line.x, atUs });
    else if ('misdirection' in line) this.#misdirection(line);
    else if ('loss' in line) this.frames.push({ kind: 'loss', atUs, ...line.loss });
    else if ('shutdown' in line) this.frames.push({ kind: 'shutdown', atUs });
  }

  #request(line: Extract<WireLine, { request: string }>): void {
    const tap = new Tap(
      {
        sink: (frame) => this.frames.push(frame),
        nowUs: () => this.#nowUs,
        onFault: (_code, error) => {
          throw error;
        },
        inspectBytesMax: 8 * 1024 * 1024,
        budget: this.#budget,
      },
      line.x,
      () => {},
    );
    const [method = '', target = '/'] = line.request.split(' ');
    const [path = '/', query] = target.split('?');
    const head = readRequestHead(Object.entries(line.headers ?? {}).flat());
    const body = line.body === undefined ? undefined : Buffer.from(textOf(line.body));
    const rules = {
      policy: 'parent' as const,
      propagateSampled: false,
      randomHex: (bytes: number) => this.#hex(bytes),
    };
    const { traceparent } = continueTrace(rules, head.observed.traceparent, head.observed.tracestate, body);
    const running = {
      tap,
      firstByteUs: undefined,
      receivedUs: undefined,
      receivedBytes: body?.length ?? 0,
      sentBytes: 0,
    };
    this.#running.set(line.x, running);
    tap.sightRequest(
      {
        kind: 'request',
        exchange: line.x,
        atUs: this.#nowUs,
        ...(line.sent === false ? {} : { sentUs: this.#nowUs + PASSING_US }),
        server: line.server ?? 'shop',
        method,
        path,
        ...(query !== undefined && { query }),
        httpVersion: '1.1',
        headers: head.observed,
        client: line.client ?? { address: '127.0.0.1', port: 50_000 },
        credential: this.#readCredential(head),
        traceparent,
      },
      body && { bytes: body, total: body.length, whole: line.incomplete !== true },
    );
  }

  #status(line: Extract<WireLine, { status: number }>): void {
    const running = this.#of(line.x);
    const headers = Object.fromEntries(
      Object.entries(line.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
    if (!line.proxy) running.firstByteUs = this.#nowUs;
    const stream = headers['content-type']?.startsWith('text/event-stream') === true;
    running.tap.sightResponse(this.#nowUs, line.status, headers, stream, line.proxy);
  }

  #bytes(x: number, bytes: Buffer): void {
    const running = this.#of(x);
    const receivedUs = this.#nowUs;
    running.receivedUs = receivedUs;
    running.sentBytes += bytes.length;
    this.#nowUs += PASSING_US;
    for (const piece of this.#cut(bytes)) running.tap.sightData(piece, receivedUs);
  }

  #end(x: number, how: EndHow): void {
    const { tap, ...facts } = this.#of(x);
    this.#running.delete(x);
    // A last byte that has only just passed: the end follows it at once.
    this.#nowUs += PASSING_US;
    tap.sightEnd({ atUs: this.#nowUs, how, whole: how === 'complete', done: () => {}, ...facts });
  }

  #misdirection(line: Extract<WireLine, { misdirection: unknown }>): void {
    this.frames.push({
      kind: 'misdirection',
      ...(line.x !== undefined && { exchange: line.x }),
      atUs: this.#nowUs,
      server: 'shop',
      client: { address: '127.0.0.1', port: 50_000 },
      ...line.misdirection,
    });
  }

  #of(x: number): Running {
    const running = this.#running.get(x);
    if (!running) throw new Error(`the recording has no request for exchange ${x}`);
    return running;
  }

  /** Ids of the recording: counted, so that they are the same at every replay. */
  #hex(bytes: number): string {
    this.#ids += 1;
    return this.#ids.toString(16).padStart(bytes * 2, 'a0');
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
