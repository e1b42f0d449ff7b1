/**
 * Evidence in, session out. Owns every session of the process and which evidence leads to which; frame time is
 * the only time it knows. It never mints or alters a protocol session id, and never looks at payloads.
 */
import { createHash } from 'node:crypto';
import type { Confidence, EndReason, SessionSource } from '../contract/index.ts';
import { BoundedMap } from './boundedMap.ts';
import { CONFIDENCE, type Evidence } from './evidence.ts';

/** Operations believed to belong together. `own` is what the fold keeps for it. */
export interface Session<Own> {
  /** `sightline.session.id`: 24 hex digits, made from the evidence that began it. */
  readonly id: string;
  /** Hex digit of `sightline.bucket`. */
  readonly bucket: string;
  readonly server: string;
  /** Evidence that began it. */
  readonly source: SessionSource;
  readonly confidence: Confidence;
  readonly own: Own;
  /** The protocol's own id, when there is one. */
  protocolId?: string;
  clientName?: string;
  clientVersion?: string;
  protocolVersion?: string;
  startedUs: number;
  lastUs: number;
  /** Set while the session is over. */
  ended?: EndReason;
}

/** A session, and the evidence by which this message was joined to it. */
export interface Joined<Own> {
  readonly session: Session<Own>;
  readonly source: SessionSource;
  readonly confidence: Confidence;
}

/** Who a client said it was in its handshake. */
export interface Handshake {
  readonly clientName?: string;
  readonly clientVersion?: string;
  readonly protocolVersion?: string;
}

/** How many trace ids lead to one session; a client that traces each request apart would grow this for ever. */
const TRACES_PER_SESSION_MAX = 64;

interface Entry<Own> {
  readonly session: Session<Own>;
  /** Evidence keys that lead here, oldest first. */
  readonly keys: string[];
}

export class Registry<Own> {
  readonly #entries: BoundedMap<string, Entry<Own>>;
  readonly #byEvidence = new Map<string, Entry<Own>>();
  readonly #handshakes: BoundedMap<string, Handshake>;
  readonly #makeOwn: () => Own;
  #restored = false;

  /** @param onEvict Told when `sessionsMax` pushes out the session longest unused. */
  constructor(sessionsMax: number, makeOwn: () => Own, onEvict: (session: Session<Own>) => void) {
    this.#makeOwn = makeOwn;
    this.#entries = new BoundedMap(sessionsMax, (entry) => {
      this.#unmap(entry);
      onEvict(entry.session);
    });
    this.#handshakes = new BoundedMap(sessionsMax);
  }

  /** Every session known, longest unused first; ended ones stay until pushed out, so that they can reopen. */
  *sessions(): Generator<Session<Own>> {
    for (const entry of this.#entries.values()) yield entry.session;
  }

  /**
   * Takes in a session of an earlier run. Its evidence is not known any more, but its id was made from it: stated
   * evidence that gives this id leads here again, inferred evidence never does.
   */
  restore(session: Session<Own>): void {
    this.#restored = true;
    this.#entries.set(session.id, { session, keys: [] });
  }

  /** The session that some evidence leads to already. Begins nothing. */
  find(server: string, ranked: readonly Evidence[]): Joined<Own> | undefined {
    for (const evidence of ranked) {
      const entry = this.#lookUp(server, evidence);
      if (!entry) continue;
      this.#entries.get(entry.session.id);
      return join(entry, evidence);
    }
    return undefined;
  }

  /**
   * The session of a message: the one the strongest evidence leads to, begun when there is none. A trace id only
   * joins: one not seen before falls through to inference, and is remembered for the next message.
   */
  resolve(server: string, ranked: readonly Evidence[], atUs: number): Joined<Own> {
    const joined = this.#match(server, ranked, atUs);
    const trace = ranked.find((evidence) => evidence.source === 'trace');
    const entry = this.#entries.get(joined.session.id);
    if (trace && entry) this.#map(entry, keyOf(server, trace));
    this.#recall(joined.session, server, ranked);
    return joined;
  }

  /** Begins a session by inference although the same caller may have one: a new handshake is a new session. */
  begin(server: string, inferred: Evidence, atUs: number): Joined<Own> {
    this.#byEvidence.delete(keyOf(server, inferred));
    return join(this.#create(server, inferred, atUs), inferred);
  }

  /** Remembers a handshake, so that a later session of the same caller knows its client too. */
  remember(server: string, ranked: readonly Evidence[], handshake: Handshake): void {
    const identity = ranked.at(-1);
    if (identity) this.#handshakes.set(keyOf(server, identity), handshake);
  }

  /**
   * Ends a session. What only inference led to it leads nowhere from now on: after a gap the same caller begins
   * anew. Stated evidence still leads here, so that a later event reopens the same id.
   */
  end(session: Session<Own>, reason: EndReason): void {
    session.ended = reason;
    if (CONFIDENCE[session.source] !== 'weak') return;
    const entry = this.#entries.peek(session.id);
    if (entry) this.#unmap(entry);
  }

  #lookUp(server: string, evidence: Evidence): Entry<Own> | undefined {
    const key = keyOf(server, evidence);
    const entry = this.#byEvidence.get(key);
    if (entry || !this.#restored || CONFIDENCE[evidence.source] === 'weak') return entry;
    const restored = this.#entries.peek(idOf(server, evidence, 0));
    if (restored) this.#map(restored, key);
    return restored;
  }

  #match(server: string, ranked: readonly Evidence[], atUs: number): Joined<Own> {
    for (const evidence of ranked) {
      const entry = this.#byEvidence.get(keyOf(server, evidence));
      if (entry) return join(entry, evidence);
      if (evidence.source !== 'trace') return join(this.#create(server, evidence, atUs), evidence);
    }
    throw new Error('evidence always ends with inference');
  }

  #create(server: string, evidence: Evidence, atUs: number): Entry<Own> {
    const id = idOf(server, evidence, atUs);
    // Two handshakes of one caller in one microsecond, or a session of an earlier run: one id is one session.
    const known = this.#entries.get(id);
    if (known) {
      this.#map(known, keyOf(server, evidence));
      return known;
    }
    const session: Session<Own> = {
      id,
      bucket: bucketOf(id),
      server,
      source: evidence.source,
      confidence: evidence.confidence ?? CONFIDENCE[evidence.source],
      own: this.#makeOwn(),
      startedUs: atUs,
      lastUs: atUs,
    };
    const entry = { session, keys: [] };
    this.#entries.set(id, entry);
    this.#map(entry, keyOf(server, evidence));
    return entry;
  }

  #map(entry: Entry<Own>, key: string): void {
    if (this.#byEvidence.has(key)) return;
    this.#byEvidence.set(key, entry);
    entry.keys.push(key);
    if (entry.keys.length <= TRACES_PER_SESSION_MAX) return;
    // The first key is the evidence that began the session; traces follow it.
    const [oldest] = entry.keys.splice(1, 1);
    if (oldest !== undefined) this.#byEvidence.delete(oldest);
  }

  #unmap(entry: Entry<Own>): void {
    for (const key of entry.keys) {
      if (this.#byEvidence.get(key) === entry) this.#byEvidence.delete(key);
    }
    entry.keys.length = 0;
  }

  #recall(session: Session<Own>, server: string, ranked: readonly Evidence[]): void {
    const identity = ranked.at(-1);
    if (session.clientName !== undefined || !identity) return;
    const handshake = this.#handshakes.peek(keyOf(server, identity));
    if (handshake) Object.assign(session, handshake);
  }
}

/** `sightline.session.id` of the session that some evidence begins (contract, "Session"). */
function idOf(server: string, evidence: Evidence, atUs: number): string {
  const parts = [server, evidence.source, evidence.value];
  if (evidence.source === 'inferred') parts.push(String(atUs));
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24);
}

function join<Own>(entry: Entry<Own>, evidence: Evidence): Joined<Own> {
  return {
    session: entry.session,
    source: evidence.source,
    confidence: evidence.confidence ?? CONFIDENCE[evidence.source],
  };
}

/** Evidence longer than this is kept as its hash: peers choose its length, and thousands are kept. In UTF-16 units. */
const VALUE_LENGTH_MAX = 512;

function keyOf(server: string, { source, value }: Evidence): string {
  const kept =
    value.length <= VALUE_LENGTH_MAX ? value : createHash('sha256').update(value).digest('base64url');
  return `${server}\0${source}\0${kept}`;
}

/** `sightline.bucket` of a text: FNV-1a 32 over its UTF-8 bytes, modulo 16, as a hex digit. */
export function bucketOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0).toString(16).slice(-1);
}
