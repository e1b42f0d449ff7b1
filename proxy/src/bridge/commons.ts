/**
 * One process for all clients of 2026-07-28, where each request stands for itself: their ids and progress tokens are
 * replaced by ones of ours on the way in and put back on the way out, so that two clients may use the same. A client
 * that goes away cancels, which over pipes is a notification.
 */
import { isObject, type Json, type Message, type RequestId, type RequestMessage } from '../mcp/jsonrpc.ts';
import { replaceAt, spelledAt } from '../mcp/jsonText.ts';
import { Attendance } from './attendance.ts';
import type { Post } from './post.ts';
import { REFUSALS, type Refusal, tooLongAnswer } from './refusals.ts';
import { Run, type RunPorts, type Talker } from './run.ts';
import type { Gone } from './serverProcess.ts';

export interface CommonsPorts {
  readonly run: RunPorts;
  readonly idleMs: number;
  readonly onGone: (commons: Commons) => void;
  readonly onLeft: (commons: Commons) => void;
}

interface Pending {
  readonly post: Post;
  readonly method: string;
  /** As the client spelled them. */
  readonly id: string;
  readonly token: string | undefined;
}

const BEHIND_BYTES = 4 * 1024 * 1024;
const PENDING_MAX = 10_000;
const LISTEN = 'subscriptions/listen';
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const TOKEN_PATH = ['params', '_meta', 'progressToken'];

export class Commons implements Talker {
  readonly #ports: CommonsPorts;
  readonly #run: Run;
  readonly #attendance: Attendance;
  /** By the number that stands in place of id and token. */
  readonly #pending = new Map<number, Pending>();
  #lastNumber = 0;

  constructor(ports: CommonsPorts) {
    this.#ports = ports;
    this.#attendance = new Attendance(ports.idleMs, () => this.leave());
    this.#run = new Run(ports.run, undefined, this);
  }

  get hasStarted(): boolean {
    return this.#run.hasStarted;
  }

  /** What is wrong with taking a request of so many bytes now. */
  refuse(bytes: number): Refusal | undefined {
    const isBehind = this.#run.unreadBytes > Math.max(bytes, BEHIND_BYTES);
    return isBehind || this.#pending.size > PENDING_MAX ? REFUSALS.busy : undefined;
  }

  take({ text, method }: RequestMessage, post: Post): void {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const pending: Pending = {
      post,
      method,
      id: spelledAt(text, ['id']) ?? 'null',
      token: spelledAt(text, TOKEN_PATH),
    };
    this.#pending.set(number, pending);
    this.#attendance.enter(post.answer);
    post.answer.onOver = (wasTaken) => {
      this.#attendance.leave(post.answer);
      if (!wasTaken && this.#pending.delete(number)) this.#cancel(number);
    };
    this.#run.write(replaceAt(replaceAt(text, ['id'], String(number)), TOKEN_PATH, String(number)));
  }

  leave(): void {
    this.#ports.onLeft(this);
    this.#run.end();
  }

  close(): void {
    this.#run.close();
  }

  kill(): void {
    this.#run.kill();
  }

  takeMessage(message: Message, bytes: Buffer): void {
    if (message.shape === 'response') {
      if (message.id !== undefined) this.#takeAnswer(message.id, message.text, message.error?.code);
    } else if (message.shape === 'notification')
      this.#notify(message.method, message.params, message.text, bytes);
    // 2026-07-28 has no requests of servers: whoever it might be for could not answer it.
    else this.#run.refuse(JSON.stringify(message.id), -32601, 'Method not found');
  }

  takeLongAnswer(id: RequestId, bytes: Buffer | undefined, length: number): boolean {
    const pending = this.#pendingOf(id);
    if (!pending) return false;
    const answer = bytes ?? tooLongAnswer(String(id), length, this.#ports.run.messageBytesMax);
    this.#takeAnswer(id, answer.toString('utf8'), undefined);
    return true;
  }

  takeEnd(why: string, { failure }: Gone): void {
    this.#attendance.stop();
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const { post, id } of open) {
      if (failure === undefined) post.answer.connect();
      post.breakOff([id], failure ?? `${why} before it answered`);
    }
    this.#ports.onGone(this);
  }

  #takeAnswer(id: RequestId, text: string, code: number | undefined): void {
    const pending = this.#pendingOf(id);
    if (!pending || typeof id !== 'number') return;
    this.#pending.delete(id);
    let told = replaceAt(text, ['id'], pending.id);
    if (pending.method === LISTEN) told = replaceAt(told, ['result', '_meta', SUBSCRIPTION_ID], pending.id);
    pending.post.sendAnswer(Buffer.from(told), code === undefined ? 200 : statusOf(code));
    this.#breakOffIfBehind(pending);
  }

  #notify(
    method: string,
    params: Readonly<Record<string, Json | undefined>>,
    text: string,
    bytes: Buffer,
  ): void {
    if (method === 'notifications/cancelled') {
      // Of a subscription: over HTTP its stream ends instead.
      const pending = this.#pendingOf(params.requestId);
      if (!pending) return;
      this.#pending.delete(Number(params.requestId));
      pending.post.giveUpOne(pending.id);
      return;
    }
    if (method === 'notifications/progress') {
      const pending = this.#pendingOf(params.progressToken);
      if (pending?.token !== undefined)
        this.#send(pending, Buffer.from(replaceAt(text, ['params', 'progressToken'], pending.token)));
      return;
    }
    const meta = params._meta;
    const subscribed = this.#pendingOf(isObject(meta) ? meta[SUBSCRIPTION_ID] : undefined);
    if (subscribed)
      this.#send(
        subscribed,
        Buffer.from(replaceAt(text, ['params', '_meta', SUBSCRIPTION_ID], subscribed.id)),
      );
    else this.#sendToOnly(bytes);
  }

  /** Pipes do not say whose it is; where several might be, telling it to all would tell it to strangers. */
  #sendToOnly(bytes: Buffer): void {
    const calls = [...this.#pending.values()].filter(({ method }) => method !== LISTEN);
    const [only] = calls;
    if (only && calls.length === 1) this.#send(only, bytes);
    else {
      this.#ports.run.onFault(
        'bridge_ownerless',
        `${this.#ports.run.server} said something that belongs to no request in particular; it was dropped`,
      );
    }
  }

  #send(pending: Pending, bytes: Buffer): void {
    if (!pending.post.carriesMessages) return;
    pending.post.sendMessage(bytes);
    this.#breakOffIfBehind(pending);
  }

  /** Whoever does not read must not hold up the others. */
  #breakOffIfBehind({ post }: Pending): void {
    if (post.answer.queuedBytes > this.#ports.run.messageBytesMax + BEHIND_BYTES)
      post.answer.fail('the client does not read');
  }

  /** An answer that still comes is nobody's: most servers send none. */
  #cancel(number: number): void {
    const params = { requestId: number, reason: 'the client closed its stream' };
    this.#run.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
  }

  #pendingOf(number: unknown): Pending | undefined {
    return typeof number === 'number' ? this.#pending.get(number) : undefined;
  }
}

/** The status that a modern server gives an error of the protocol itself (transports/streamable-http). */
function statusOf(code: number): number {
  if (code === -32601) return 404;
  return code <= -32020 && code >= -32022 ? 400 : 200;
}
