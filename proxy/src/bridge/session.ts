/**
 * One client's session (2025-03-26 to 2025-11-25) and the process that is its own: ids are the client's, nothing is
 * rewritten. Answers go to the POST that asked, progress too; whatever else the server says goes to the stream that the
 * client listens on, else to a POST that is open, else it waits for one of them.
 */
import { isObject, type Message, type RequestId, type RequestMessage, requestIdKey } from '../mcp/jsonrpc.ts';
import type { Answer } from './answer.ts';
import type { Said } from './asked.ts';
import { Attendance } from './attendance.ts';
import type { Post } from './post.ts';
import { REFUSALS, type Refusal, tooLongAnswer } from './refusals.ts';
import { Run, type RunPorts, type Talker } from './run.ts';
import type { Gone } from './serverProcess.ts';
import { WaitingRoom } from './waitingRoom.ts';

export interface SessionPorts {
  readonly run: RunPorts;
  readonly idleMs: number;
  /** Once, when its process is gone. */
  readonly onGone: (session: Session) => void;
  /** Once, when it will take no more, because nobody comes any more. */
  readonly onLeft: (session: Session) => void;
}

interface Pending {
  readonly key: string;
  readonly post: Post;
  readonly method: string;
  /** As JSON text. */
  readonly id: string;
  readonly token: string | undefined;
  /** Its client went away: its answer is nobody's. */
  isGivenUp: boolean;
}

/** A client that does not read holds up its own server, and nobody else's. */
const BEHIND_BYTES = 1_048_576;
const STREAMS_MAX = 8;
const PENDING_MAX = 10_000;
const GIVEN_UP_MAX = 100;

export class Session implements Talker {
  readonly id: string;
  /** What the handshake settled; undefined before, and where the server did not say. */
  revision: string | undefined = undefined;
  readonly #ports: SessionPorts;
  readonly #run: Run;
  readonly #attendance: Attendance;
  readonly #pending = new Map<string, Pending>();
  readonly #streams: Answer[] = [];
  readonly #waiting: WaitingRoom;
  readonly #behind = new Set<Answer>();
  #isEstablished = false;

  constructor(id: string, ports: SessionPorts) {
    this.id = id;
    this.#ports = ports;
    this.#attendance = new Attendance(ports.idleMs, () => this.leave());
    this.#waiting = new WaitingRoom((message) => this.#drop(message));
    this.#run = new Run(ports.run, id, this);
  }

  /** Headers of every answer of this session. */
  get headers(): readonly string[] {
    return ['mcp-session-id', this.id];
  }

  /** It runs; what could not be started says so in a moment. */
  get hasStarted(): boolean {
    return this.#run.hasStarted;
  }

  /** What is wrong with taking this now. */
  refuse({ requests }: Said, bytes: number): Refusal | undefined {
    const keys = requests.map(({ id }) => requestIdKey(id));
    const isTwice = keys.some((key, at) => this.#pending.has(key) || keys.indexOf(key) !== at);
    if (isTwice) return REFUSALS.sameId;
    const isBehind = this.#run.unreadBytes > Math.max(bytes, BEHIND_BYTES);
    return isBehind || this.#pending.size > PENDING_MAX ? REFUSALS.busy : undefined;
  }

  /** Takes what a client said; `post` is there when some of it wants an answer. */
  take({ messages }: Said, post: Post | undefined): void {
    if (post) this.#attend(post);
    else this.#attendance.touch();
    // Each on a line of its own: most servers read no arrays, and their answers are put together again.
    for (const message of messages) {
      if (message.shape === 'request' && post) this.#expect(message, post);
      this.#run.write(message.text);
      if (message.shape === 'notification' && message.method === 'notifications/cancelled')
        this.#cancel(message.params.requestId);
    }
    // What waits may have been waiting for this.
    if (post) this.#handOut();
  }

  /** A stream for whatever the server says by itself. */
  listen(answer: Answer, keepAliveMs: number): Refusal | undefined {
    if (this.#streams.length >= STREAMS_MAX) return REFUSALS.tooManyStreams;
    this.#streams.push(answer);
    this.#attendance.enter(answer);
    answer.onOver = () => {
      this.#streams.splice(this.#streams.indexOf(answer), 1);
      this.#attendance.leave(answer);
      this.#handOut();
    };
    answer.onDrain = () => this.#handOut();
    answer.openStream(this.headers);
    answer.keepAlive(keepAliveMs);
    this.#handOut();
    return undefined;
  }

  /** Its client wants no more, or nobody comes any more. */
  leave(): void {
    this.#ports.onLeft(this);
    for (const stream of [...this.#streams]) stream.end();
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
      const pending = message.id === undefined ? this.#onlyPending() : this.#find(message.id);
      if (pending) this.#answer(pending, bytes, message.error === undefined, message);
      return;
    }
    const post =
      message.method === 'notifications/progress' ? this.#postOf(message.params.progressToken) : undefined;
    if (post) this.#send(post, bytes);
    else this.#route(message, bytes);
  }

  takeLongAnswer(id: RequestId, bytes: Buffer | undefined, length: number): boolean {
    const pending = this.#find(id);
    if (!pending) return false;
    const answer = bytes ?? tooLongAnswer(pending.id, length, this.#ports.run.messageBytesMax);
    this.#answer(pending, answer, bytes !== undefined);
    return true;
  }

  takeEnd(why: string, { failure }: Gone): void {
    this.#attendance.stop();
    const words = failure ?? `${why} before it answered`;
    const open = Map.groupBy(
      [...this.#pending.values()].filter(({ isGivenUp }) => !isGivenUp),
      ({ post }) => post,
    );
    this.#pending.clear();
    for (const [post, all] of open) {
      // What could not be started was never reached: nobody has been told that it was.
      if (failure === undefined) post.answer.connect();
      post.breakOff(
        all.map(({ id }) => id),
        words,
      );
    }
    for (const stream of [...this.#streams]) stream.end();
    this.#ports.onGone(this);
  }

  #attend(post: Post): void {
    const { answer } = post;
    this.#attendance.enter(answer);
    answer.onDrain = () => this.#catchUp(answer);
    answer.onOver = () => {
      this.#catchUp(answer);
      this.#attendance.leave(answer);
      for (const pending of this.#pending.values()) {
        if (pending.post !== post) continue;
        // Its client is gone, which cancels nothing here. Without its handshake nobody knows this session.
        pending.isGivenUp = true;
        if (pending.method === 'initialize' && !this.#isEstablished) {
          this.leave();
        }
      }
      this.#forgetGivenUp();
    };
  }

  #expect({ id, method, params }: RequestMessage, post: Post): void {
    const meta = params._meta;
    const token = isObject(meta) ? meta.progressToken : undefined;
    const key = requestIdKey(id);
    this.#pending.set(key, {
      key,
      post,
      method,
      id: JSON.stringify(id),
      token: token === undefined ? undefined : JSON.stringify(token),
      isGivenUp: false,
    });
  }

  #answer(pending: Pending, bytes: Buffer, isGood: boolean, message?: Message): void {
    this.#pending.delete(pending.key);
    if (pending.method === 'initialize') this.#settle(isGood, message);
    if (!pending.isGivenUp) {
      pending.post.sendAnswer(bytes);
      this.#holdUp(pending.post.answer);
    }
    if (pending.method === 'initialize' && !this.#isEstablished) this.leave();
  }

  #settle(isGood: boolean, message: Message | undefined): void {
    this.#isEstablished ||= isGood;
    const result = message?.shape === 'response' ? message.result : undefined;
    const revision = isObject(result) ? result.protocolVersion : undefined;
    if (typeof revision === 'string') this.revision = revision;
  }

  #cancel(id: unknown): void {
    const pending = typeof id === 'string' || typeof id === 'number' ? this.#find(id) : undefined;
    if (!pending || pending.isGivenUp || pending.method === 'initialize') return;
    // An answer that still comes is nobody's: most servers send none.
    this.#pending.delete(pending.key);
    pending.post.giveUpOne(pending.id);
  }

  /** A server that never answers must not fill the table with what nobody waits for. */
  #forgetGivenUp(): void {
    const givenUp = [...this.#pending.values()].filter(({ isGivenUp }) => isGivenUp);
    for (const { key } of givenUp.slice(0, -GIVEN_UP_MAX)) this.#pending.delete(key);
  }

  #find(id: RequestId): Pending | undefined {
    return this.#pending.get(requestIdKey(id));
  }

  /** An error without an id answers the only request there is. */
  #onlyPending(): Pending | undefined {
    return this.#pending.size === 1 ? [...this.#pending.values()][0] : undefined;
  }

  #postOf(token: unknown): Post | undefined {
    const text = JSON.stringify(token);
    for (const pending of this.#pending.values()) {
      if (pending.token === text && pending.post.carriesMessages) return pending.post;
    }
    return undefined;
  }

  #send(post: Post, bytes: Buffer): void {
    post.sendMessage(bytes);
    this.#holdUp(post.answer);
  }

  #route(message: Message, bytes: Buffer): void {
    this.#waiting.enter({ bytes, ...(message.shape === 'request' && { id: JSON.stringify(message.id) }) });
    this.#handOut();
  }

  /** Whatever waits goes to the newest stream that keeps up, else to the newest POST, else it waits on. */
  #handOut(): void {
    const stream = this.#streams.findLast(({ queuedBytes }) => queuedBytes < BEHIND_BYTES);
    if (stream) {
      while (stream.queuedBytes < BEHIND_BYTES) {
        const next = this.#waiting.next();
        if (!next) return;
        stream.sendEvent(next.bytes);
      }
      return;
    }
    if (this.#streams.length > 0) return;
    const post = [...this.#pending.values()].findLast((one) => !one.isGivenUp && one.post.carriesMessages);
    if (!post) return;
    for (let next = this.#waiting.next(); next; next = this.#waiting.next())
      this.#send(post.post, next.bytes);
  }

  /** There is no room for it: a request is answered in the client's place, so that nobody waits for ever. */
  #drop({ id }: { readonly id?: string }): void {
    this.#ports.run.onFault(
      'bridge_unheard',
      `a client of ${this.#ports.run.server} does not listen to what its server says; the oldest of it was dropped`,
    );
    if (id !== undefined) this.#run.refuse(id, -32000, 'the client does not listen');
  }

  #holdUp(answer: Answer): void {
    if (answer.queuedBytes <= BEHIND_BYTES) return;
    this.#behind.add(answer);
    this.#run.pause();
  }

  #catchUp(answer: Answer): void {
    if (this.#behind.delete(answer) && this.#behind.size === 0) this.#run.resume();
  }
}
