/**
 * A stdio server served over Streamable HTTP: takes the place of an HTTP upstream, so that the proxy in front of it
 * forwards and observes as always. Each session has a process of its own (2025-03-26 to 2025-11-25); requests of
 * 2026-07-28, which know no sessions, share one.
 *
 * Refuses: to resume broken streams, and HTTP+SSE of 2024-11-05.
 */
import type { Dispatcher } from 'undici';
import { isModernRevision } from '../mcp/revision.ts';
import { Answer } from './answer.ts';
import {
  type Headers,
  readAccept,
  readBody,
  readHeaders,
  readSaid,
  refuseModern,
  refusePost,
  type Said,
} from './asked.ts';
import { Commons } from './commons.ts';
import { Post } from './post.ts';
import { REFUSALS, type Refusal, rpcError, tooLarge, tooManyProcesses, wrongRevision } from './refusals.ts';
import type { RunPorts } from './run.ts';
import { Session } from './session.ts';

export interface BridgePorts {
  readonly run: RunPorts;
  /** Processes at once, those that are ending included. */
  readonly processesMax: number;
  /** A process that nobody has used for so long ends. */
  readonly idleMs: number;
  /** How often a silent stream says that it lives, and after how long an answer without a head gets one. */
  readonly keepAliveMs: number;
}

const REVISIONS = new Set(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']);

export class Bridge {
  readonly #ports: BridgePorts;
  readonly #sessions = new Map<string, Session>();
  #commons: Commons | undefined = undefined;
  /** Everything that has a process, whether it still takes requests or not. */
  readonly #running = new Set<Session | Commons>();
  #isClosing = false;
  #onEmpty: () => void = () => {};

  constructor(ports: BridgePorts) {
    this.#ports = ports;
  }

  /** As undici's `Dispatcher.dispatch`; the older half of the handler's methods is called. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const answer = new Answer(handler);
    this.#take(options, answer).catch((error: unknown) => {
      this.#ports.run.onFault('bridge', error);
      answer.fail('the bridge failed');
    });
    return true;
  }

  /** Ends every process in order; resolves when the last one is gone. */
  async destroy(): Promise<void> {
    this.#isClosing = true;
    if (this.#running.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const one of this.#running) one.close();
    await empty;
  }

  /** At once, for a program that is about to end itself. */
  kill(): void {
    for (const one of this.#running) one.kill();
  }

  async #take({ method, headers: raw, body }: Dispatcher.DispatchOptions, answer: Answer): Promise<void> {
    const headers = readHeaders(raw);
    if (method === 'POST') {
      const wrong = refusePost(headers);
      if (wrong) return refuse(answer, wrong);
      const { messageBytesMax } = this.#ports.run;
      const bytes = await readBody(body, messageBytesMax);
      if (bytes === 'too_large') return refuse(answer, tooLarge(messageBytesMax));
      const said = readSaid(bytes);
      if ('status' in said) return refuse(answer, said);
      const refusal = this.#post(answer, headers, said, bytes.length);
      if (refusal) refuse(answer, refusal, said);
      return;
    }
    // Whoever forwards calls this before it is ready to be answered.
    await Promise.resolve();
    const refusal = method === 'GET' ? this.#listen(answer, headers) : this.#delete(answer, headers);
    if (refusal) refuse(answer, refusal);
  }

  #post(answer: Answer, headers: Headers, said: Said, bytes: number): Refusal | undefined {
    if (this.#isClosing) return REFUSALS.ending;
    const id = headers['mcp-session-id'];
    const saysModern = isModernRevision(headers['mcp-protocol-version']);
    // What the header calls modern and the body does not is told what the body lacks.
    if (said.isModern || (saysModern && id === undefined && said.requests.length > 0))
      return this.#share(answer, headers, said, bytes);
    if (id !== undefined) {
      const session = this.#sessions.get(id);
      if (!session) return REFUSALS.unknownSession;
      return refuseRevision(headers, session) ?? this.#talk(answer, headers, session, said, bytes);
    }
    // 2026-07-28 has no notification over HTTP but those of extensions, and nobody to give them to.
    if (saysModern) {
      answer.respond(202, []);
      return undefined;
    }
    if (said.isBatch || said.requests[0]?.method !== 'initialize') return REFUSALS.noSession;
    if (this.#running.size >= this.#ports.processesMax) return tooManyProcesses(this.#ports.processesMax);
    const session = this.#begin();
    return this.#talk(answer, headers, session, said, bytes);
  }

  #begin(): Session {
    const { run, idleMs } = this.#ports;
    const session = new Session(run.randomHex(16), {
      run,
      idleMs,
      onLeft: ({ id }) => this.#sessions.delete(id),
      onGone: (gone) => {
        this.#sessions.delete(gone.id);
        this.#forget(gone);
      },
    });
    this.#sessions.set(session.id, session);
    this.#running.add(session);
    return session;
  }

  #talk(answer: Answer, headers: Headers, session: Session, said: Said, bytes: number): Refusal | undefined {
    const refusal = session.refuse(said, bytes);
    if (refusal) return refusal;
    const post =
      said.requests.length > 0 ? this.#makePost(answer, headers, said, session.headers) : undefined;
    session.take(said, post);
    // Not before: this is where a client says that it is gone, and the session has to hear it.
    if (session.hasStarted) answer.connect();
    if (!post) answer.respond(202, session.headers);
    return undefined;
  }

  #share(answer: Answer, headers: Headers, said: Said, bytes: number): Refusal | undefined {
    const [request] = said.requests;
    const wrong = refuseModern(headers, said) ?? this.#commons?.refuse(bytes);
    if (wrong || !request) return wrong;
    if (!this.#commons) {
      if (this.#running.size >= this.#ports.processesMax) return tooManyProcesses(this.#ports.processesMax);
      const { run, idleMs } = this.#ports;
      const leave = (commons: Commons): void => {
        if (this.#commons === commons) this.#commons = undefined;
      };
      this.#commons = new Commons({
        run,
        idleMs,
        onLeft: leave,
        onGone: (gone) => {
          leave(gone);
          this.#forget(gone);
        },
      });
      this.#running.add(this.#commons);
    }
    this.#commons.take(request, this.#makePost(answer, headers, said, []));
    if (this.#commons.hasStarted) answer.connect();
    return undefined;
  }

  #makePost(answer: Answer, headers: Headers, said: Said, own: readonly string[]): Post {
    const accept = readAccept(headers);
    return new Post(answer, said.requests.length, {
      acceptsJson: accept.json,
      acceptsStream: accept.stream,
      isBatch: said.isBatch,
      headers: own,
      keepAliveMs: this.#ports.keepAliveMs,
    });
  }

  #listen(answer: Answer, headers: Headers): Refusal | undefined {
    if (!readAccept(headers).stream) return REFUSALS.acceptsNoStream;
    const session = this.#sessionOf(headers);
    if ('status' in session) return session;
    return refuseRevision(headers, session) ?? session.listen(answer, this.#ports.keepAliveMs);
  }

  #delete(answer: Answer, headers: Headers): Refusal | undefined {
    const session = this.#sessionOf(headers);
    if ('status' in session) return session;
    session.leave();
    answer.respond(200, []);
    return undefined;
  }

  #sessionOf(headers: Headers): Session | Refusal {
    const id = headers['mcp-session-id'];
    if (id === undefined)
      return isModernRevision(headers['mcp-protocol-version']) ? REFUSALS.needsPost : REFUSALS.noSession;
    return this.#sessions.get(id) ?? REFUSALS.unknownSession;
  }

  #forget(one: Session | Commons): void {
    this.#running.delete(one);
    if (this.#running.size === 0) this.#onEmpty();
  }
}

/** What the handshake settled is always right; before it, and without it, what is known to exist. */
function refuseRevision(headers: Headers, { revision }: Session): Refusal | undefined {
  const said = headers['mcp-protocol-version'];
  if (said === undefined || said === revision || REVISIONS.has(said)) return undefined;
  return wrongRevision(said, revision);
}

/** The error answers the request, where there is one only. */
function refuse(answer: Answer, refusal: Refusal, said?: Said): void {
  const { status, code, message, headers = [], data } = refusal;
  const [request] = said?.requests ?? [];
  const id = request && said?.requests.length === 1 ? JSON.stringify(request.id) : 'null';
  answer.respond(status, headers, rpcError(id, code, message, data));
}
