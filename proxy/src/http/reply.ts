/**
 * The client's side of an exchange: hands on head and body as they come, with back-pressure, and makes a broken
 * answer look broken. What arrives together leaves together (one write), and nothing waits longer than the turn
 * of the loop in which it came.
 */
import type { ServerResponse } from 'node:http';
import type { UnixMicros } from '../observation/frame.ts';
import { errorBody, type OwnAnswer } from './answers.ts';
import { type ResponseHead, readResponseHead } from './responseHead.ts';
import { EndpointRewriter, type RewriteRules, rewriteHeaders } from './rewrite.ts';

/** Told of what the client was given, after it was given. */
export interface ReplyWatcher {
  /** The head went out; `first` is the chunk that left with it. */
  sightHead(first: Buffer | undefined): void;
  sightData(chunk: Buffer): void;
}

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

export class Reply {
  status = 0;
  /** Undefined until there is an answer. */
  head: ResponseHead | undefined = undefined;
  /** Body bytes handed on. */
  sentBytes = 0;
  /** When the end was handed on; undefined while the client is behind. */
  endedUs: UnixMicros | undefined = undefined;
  readonly #response: ServerResponse;
  readonly #watcher: ReplyWatcher | undefined;
  readonly #nowUs: () => UnixMicros;
  /** The first chunk, kept for the rest of this turn of the loop so that it leaves with the head. */
  #held: Buffer | undefined = undefined;
  #handed = false;
  #paused = false;
  #over = false;
  #resume: (() => void) | undefined = undefined;
  #rewriter: EndpointRewriter | undefined = undefined;

  constructor(response: ServerResponse, nowUs: () => UnixMicros, watcher: ReplyWatcher | undefined) {
    this.#response = response;
    this.#nowUs = nowUs;
    this.#watcher = watcher;
    // The upstream's own `Date` passes; adding ours would be a second one.
    response.sendDate = false;
  }

  /** The upstream's head. `resume` asks it for more after `take` said no. Throws when node refuses the head. */
  begin(
    status: number,
    statusText: string,
    head: ResponseHead,
    resume: () => void,
    rewrite?: RewriteRules,
  ): void {
    if (rewrite) {
      rewriteHeaders(rewrite, head.forward);
      const readable = head.observed['content-encoding'] === undefined;
      if (head.eventStream && readable && this.#response.req.method === 'GET')
        this.#rewriter = new EndpointRewriter(rewrite);
    }
    this.#response.writeHead(status, wireText(statusText), head.forward);
    this.status = status;
    this.head = head;
    this.#resume = resume;
    // Runs after the bytes at hand were parsed: what came with the head leaves with it.
    process.nextTick(handOn, this);
  }

  /** Bytes of the body; false asks for a pause. */
  take(chunk: Buffer): boolean {
    if (!this.#handed) {
      if (this.#held === undefined) {
        this.#held = chunk;
        return true;
      }
      this.handOn();
    }
    const ready = this.#write(chunk);
    this.#watcher?.sightData(chunk);
    return ready;
  }

  /** Hands on the head and the chunk held with it, unless that happened already. */
  handOn(): void {
    if (this.#handed) return;
    this.#handed = true;
    const first = this.#held;
    this.#held = undefined;
    if (first === undefined || !this.#write(first, true)) this.#response.flushHeaders();
    this.#watcher?.sightHead(first);
  }

  /** The upstream's answer is complete. */
  finish(trailers: readonly (string | Buffer)[] | null): void {
    const response = this.#response;
    this.#over = true;
    if (trailers && trailers.length > 0) this.#addTrailers(trailers);
    if (!this.#handed && this.#rewriter === undefined) {
      const whole = this.#held;
      this.#handed = true;
      this.#held = undefined;
      if (whole === undefined) response.end();
      else {
        this.sentBytes += whole.length;
        response.end(whole);
      }
      this.endedUs = this.#nowUs();
      this.#watcher?.sightHead(whole);
      return;
    }
    this.handOn();
    const rest = this.#rewriter?.flush();
    if (rest && rest.length > 0) {
      this.sentBytes += rest.length;
      response.write(rest);
    }
    const behind = response.writableNeedDrain;
    response.end();
    if (!behind) this.endedUs = this.#nowUs();
  }

  /** The proxy answers by itself; only before a head was taken. */
  answer(answer: OwnAnswer): void {
    const body = Buffer.from(errorBody(answer.code, answer.message));
    const forward = ['content-type', JSON_HEADERS['content-type'], 'content-length', String(body.length)];
    if (answer.answer === 'draining') forward.push('connection', 'close');
    this.#over = true;
    this.#handed = true;
    this.#response.writeHead(answer.status, forward);
    this.#response.end(body);
    this.endedUs = this.#nowUs();
    this.sentBytes = body.length;
    this.status = answer.status;
    this.head = { forward, observed: JSON_HEADERS, contentLength: body.length, eventStream: false };
    this.#watcher?.sightHead(body);
  }

  /** A 1xx answer (RFC 9110 §15.2: a proxy forwards these). node writes none by itself, and has no call for all. */
  passInformational(status: number, statusText: string, raw: readonly Buffer[]): void {
    const { socket, req } = this.#response;
    if (!socket || req.httpVersion !== '1.1') return;
    const { forward } = readResponseHead(raw);
    let text = `HTTP/1.1 ${status} ${wireText(statusText)}\r\n`;
    for (let i = 0; i + 1 < forward.length; i += 2) text += `${forward[i]}: ${forward[i + 1]}\r\n`;
    socket.write(`${text}\r\n`, 'latin1');
  }

  /** What came is handed on, then the connection breaks: the client must not take a part for the whole. */
  breakOff(): void {
    this.#over = true;
    this.handOn();
    const { socket, chunkedEncoding } = this.#response;
    if (!socket) this.#response.destroy();
    else if (chunkedEncoding || this.head?.contentLength !== undefined) socket.destroySoon();
    // Without framing a plain end of the connection would look like the end of the answer.
    else socket.resetAndDestroy();
  }

  /** Cuts the connection at once. */
  destroy(): void {
    this.#over = true;
    this.#response.destroy();
  }

  /** The client has everything. */
  get delivered(): boolean {
    return this.#response.writableFinished;
  }

  #write(chunk: Buffer, first = false): boolean {
    const out = this.#rewriter ? this.#rewriter.push(chunk) : chunk;
    if (out.length === 0) return !first;
    this.sentBytes += out.length;
    const ready = this.#response.write(out);
    if (!ready && !this.#paused) {
      this.#paused = true;
      this.#response.once('drain', () => this.#drained());
    }
    return first || ready;
  }

  #drained(): void {
    this.#paused = false;
    if (!this.#over) this.#resume?.();
  }

  #addTrailers(trailers: readonly (string | Buffer)[]): void {
    if (!this.#response.chunkedEncoding) return;
    const pairs: [string, string][] = [];
    for (let i = 0; i + 1 < trailers.length; i += 2) {
      pairs.push([String(trailers[i]), Buffer.from(trailers[i + 1] ?? '').toString('latin1')]);
    }
    this.#response.addTrailers(pairs);
  }
}

function handOn(reply: Reply): void {
  reply.handOn();
}

/** The reason phrase was decoded as UTF-8 on its way here; on the wire it is bytes again. */
function wireText(statusText: string): string {
  return /^[\x20-\x7e]*$/.test(statusText) ? statusText : Buffer.from(statusText).toString('latin1');
}
