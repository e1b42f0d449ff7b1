/**
 * The live stream: what is committed goes to every open page that asked for it. Nothing is queued for a reader:
 * each has a position in the archive and is read for from there, so a slow one costs a number, and readers with
 * the same filter at the same position share one query and one text.
 */
import type { ServerResponse } from 'node:http';
import type { EventFilter, LiveEvents, SessionItem } from '../contract/index.ts';
import type { ArchiveReader } from '../observation/archive.ts';

export interface LiveDeps {
  /** Undefined while there is no archive. */
  readonly reader: () => ArchiveReader | undefined;
  readonly onFault: (code: string, error: unknown) => void;
}

export type LiveFilter = Omit<EventFilter, 'from' | 'to'>;

/** Commits of this long go out together: no eye is faster. */
const GATHER_MS = 50;
const HEARTBEAT_MS = 15_000;
/** What a browser waits before it comes back. */
const RETRY_MS = 2_000;
/** Events of one step, which is also what a reader that stands still holds at most. */
const STEP_EVENTS = 200;
/** More changed sessions than this are loaded faster as a list. */
const STEP_SESSIONS = 500;
export const FOLLOWERS_MAX = 500;

interface Follower {
  readonly response: ServerResponse;
  readonly filter: LiveFilter;
  /** Equal filters have equal keys. */
  readonly key: string;
  /** Everything up to here was sent. */
  position: number;
  sessionsPosition: number;
  /** Its socket is full; it goes on from its position when it has drained. */
  blocked: boolean;
}

/** What one step has for everyone who stands at the same place. */
interface Step {
  readonly text: string;
  readonly position: number;
  readonly sessionsPosition: number;
}

export class LiveFeed {
  readonly #deps: LiveDeps;
  readonly #followers = new Set<Follower>();
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  #scheduled = false;

  constructor(deps: LiveDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#followers.size;
  }

  /** Something was committed. */
  announce(): void {
    this.#schedule(GATHER_MS);
  }

  /**
   * Answers with a stream that begins after a sequence, or now. The caller has seen to it that there is room.
   */
  follow(
    response: ServerResponse,
    reader: ArchiveReader,
    filter: LiveFilter,
    after: number | undefined,
  ): void {
    const latest = reader.latest();
    const foreign = after !== undefined && after > latest;
    const position = after === undefined || foreign ? latest : after;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(
      `retry: ${RETRY_MS}\n${foreign ? toText('reset', { latest }, latest) : toMark(latest, position)}`,
    );
    const key = JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
    const follower = { response, filter, key, position, sessionsPosition: position, blocked: false };
    this.#followers.add(follower);
    response.on('drain', () => {
      follower.blocked = false;
      this.#schedule(0);
    });
    response.on('close', () => this.#followers.delete(follower));
    if (position < latest) this.#schedule(0);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const { response } of this.#followers) response.end();
    this.#followers.clear();
  }

  #schedule(delayMs: number): void {
    if (this.#scheduled || this.#followers.size === 0) return;
    this.#scheduled = true;
    const run = (): void => {
      this.#scheduled = false;
      try {
        this.#advance();
      } catch (error) {
        this.#deps.onFault('live_read', error);
      }
    };
    // Between two steps other requests are answered.
    if (delayMs === 0) setImmediate(run);
    else setTimeout(run, delayMs);
  }

  /** One step for every follower that is behind and can take it. */
  #advance(): void {
    const reader = this.#deps.reader();
    if (reader === undefined) return;
    const latest = reader.latest();
    const steps = new Map<string, Step>();
    const changed = new Map<number, readonly SessionItem[]>();
    let behind = false;
    for (const follower of this.#followers) {
      if (follower.blocked || follower.position >= latest) continue;
      const place = `${follower.position} ${follower.sessionsPosition} ${follower.key}`;
      const step = steps.get(place) ?? readStep(reader, follower, latest, changed);
      steps.set(place, step);
      follower.position = step.position;
      follower.sessionsPosition = step.sessionsPosition;
      if (step.text !== '') follower.blocked = !follower.response.write(step.text);
      if (!follower.blocked && follower.position < latest) behind = true;
    }
    if (behind) this.#schedule(0);
  }

  /** Keeps connections open, and lets a reader whose filter nothing passed come back to where it stood. */
  #beat(): void {
    for (const follower of this.#followers) {
      if (!follower.blocked)
        follower.blocked = !follower.response.write(toMark(undefined, follower.position));
    }
  }
}

/** What follows a position; `changed` holds what was read of sessions for others in this round. */
function readStep(
  reader: ArchiveReader,
  { filter, position, sessionsPosition }: Follower,
  latest: number,
  changed: Map<number, readonly SessionItem[]>,
): Step {
  const page = reader.events({ ...filter, after: position, limit: STEP_EVENTS });
  const last = page.items.at(-1)?.sequence;
  const reached = page.items.length >= STEP_EVENTS && last !== undefined ? last : page.latest;
  const texts: string[] = [];
  if (sessionsPosition < latest) {
    const all = changed.get(sessionsPosition) ?? reader.sessionsAfter(sessionsPosition, STEP_SESSIONS);
    changed.set(sessionsPosition, all);
    const wanted = all.filter((session) => isWanted(session, filter));
    // Sessions go without an id: a reader that is cut off before the events come asks for both again.
    if (all.length >= STEP_SESSIONS) texts.push(toText('reset', { latest }));
    else if (wanted.length > 0) texts.push(toText('sessions', wanted));
  }
  if (page.items.length > 0) texts.push(toText('events', page.items, reached));
  return { text: texts.join(''), position: reached, sessionsPosition: latest };
}

/** The filters that speak of sessions hold for their summaries too. */
function isWanted(item: SessionItem, { session, server, client }: LiveFilter): boolean {
  const has = (list: readonly string[] | undefined, ...values: readonly (string | undefined)[]): boolean =>
    list === undefined || values.some((value) => value !== undefined && list.includes(value));
  return (
    has(session, item.sessionId, item.mcpSessionId) &&
    has(server, item.serverName) &&
    has(client, item.clientName)
  );
}

/** One server-sent event; JSON has no line break of its own. */
function toText<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name], id?: number): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** A comment; the id is kept by the reader though nothing is dispatched (HTML, server-sent events §9.2.6). */
function toMark(latest: number | undefined, position: number): string {
  return `:${latest === undefined ? '' : ` at ${latest}`}\nid: ${position}\n\n`;
}
