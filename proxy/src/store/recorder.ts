/** One record into the tables: its narrow row, its body, and what it adds to terms, sums and sessions. */
import type { RecordedEvent } from '../observation/event.ts';
import { traitsOf } from '../reading/judge.ts';
import { BlockWriter } from './blocks.ts';
import { type BodyReader, readShapes, withPlaces } from './bodies.ts';
import { MinuteCounts } from './counts.ts';
import { Dictionary } from './dictionary.ts';
import { minuteOf } from './moments.ts';
import { EVENT, LOSS, SUMMARY } from './schema.ts';
import { SessionRows } from './sessionRows.ts';
import { ShapeWriter } from './shapes.ts';
import type { Database, StatementSync } from './sqlite.ts';

/** Bits of `event.flags`. */
export const TRUNCATED = 1;
export const UNSAMPLED = 2;

type Listed = Exclude<RecordedEvent, { kind: 'sightline.session' | 'sightline.loss' }>;

export class Recorder {
  readonly #db: Database;
  readonly #dictionary: Dictionary;
  readonly #blocks: BlockWriter;
  readonly #counts: MinuteCounts;
  readonly #sessions: SessionRows;
  readonly #event: StatementSync;
  readonly #body: StatementSync;
  readonly #loss: StatementSync;
  #shapes: ShapeWriter;

  constructor(db: Database, instance: string, bodies: BodyReader) {
    this.#db = db;
    this.#dictionary = new Dictionary(db);
    const block = db.prepare('INSERT INTO block (id, data) VALUES (?, ?)');
    this.#blocks = new BlockWriter(readLastBlock(db), ({ id, data }) => block.run(id, data));
    this.#counts = new MinuteCounts(db);
    this.#sessions = new SessionRows(db, instance, (sequence) => bodies.head(sequence));
    this.#event = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#body = db.prepare('INSERT INTO body (sequence, data) VALUES (?, ?)');
    this.#loss = db.prepare('INSERT INTO loss VALUES (?, ?, ?, ?, ?)');
    this.#shapes = this.#createShapes();
  }

  /** Within a transaction, followed by `flush` before its end. */
  put(sequence: number, event: RecordedEvent): void {
    let payload: number | undefined;
    const placed = withPlaces(event, (text) => {
      const place = this.#blocks.put(text);
      if (typeof place !== 'string') payload = Math.min(payload ?? place[0], place[0]);
      return place;
    });
    this.#body.run(sequence, this.#shapes.write(placed));
    if (event.kind === 'sightline.session') this.#putSummary(sequence, event);
    else if (event.kind === 'sightline.loss') this.#putLoss(sequence, event);
    else this.#putEvent(sequence, event, payload);
  }

  flush(): void {
    this.#blocks.flush();
    this.#counts.flush();
  }

  /** After retention removed texts that nothing uses. */
  forgetTexts(): void {
    this.#dictionary.forget();
  }

  /** After retention removed every block up to this one. */
  forgetBlocks(last: number): void {
    this.#blocks.forgetUpTo(last);
  }

  /** After a transaction that failed: nothing that it wrote is there. */
  forget(): void {
    this.#dictionary.forget();
    this.#blocks.forget();
    this.#counts.forget();
    this.#sessions.forget();
    this.#shapes = this.#createShapes();
  }

  #putEvent(sequence: number, event: Listed, payload: number | undefined): void {
    const { kind, timeNs, attributes } = event;
    const minute = minuteOf(timeNs);
    const traits = traitsOf(kind, attributes);
    const id = this.#dictionary.traits(traits, minute);
    const sessionId = attributes['sightline.session.id'];
    const protocolId = attributes['mcp.session.id'];
    const session = this.#term(sessionId, minute);
    const number = attributes['sightline.event.number'] ?? 0;
    const duration = Math.round((attributes['sightline.duration'] ?? 0) * 1e6);
    const truncated = attributes['sightline.payload.truncated'] === true;
    const unsampled = attributes['sightline.sampled'] === false;
    this.#event.run(
      EVENT,
      BigInt(timeNs),
      sequence,
      id,
      session,
      this.#term(protocolId, minute),
      this.#term(attributes['sightline.error.message'], minute),
      event.kind === 'sightline.request' ? event.server.startUs : Number(timeNs.slice(0, -3)),
      duration,
      number,
      payload ?? null,
      (truncated ? TRUNCATED : 0) | (unsampled ? UNSAMPLED : 0),
    );
    const asked = kind === 'sightline.request' && session !== null ? session : undefined;
    this.#counts.add({ minute, id, traits, duration, truncated, unsampled, payload, session: asked });
    if (sessionId !== undefined) this.#sessions.note(sessionId, number, protocolId);
  }

  #putSummary(sequence: number, event: Extract<RecordedEvent, { kind: 'sightline.session' }>): void {
    this.#event.run(
      SUMMARY,
      BigInt(event.timeNs),
      sequence,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    );
    this.#sessions.put(sequence, event);
  }

  #putLoss(sequence: number, { timeNs, attributes }: RecordedEvent): void {
    const time = BigInt(timeNs);
    this.#event.run(LOSS, time, sequence, null, null, null, null, null, null, null, null, null);
    this.#loss.run(
      time,
      sequence,
      attributes['sightline.loss.stage'] ?? '',
      attributes['sightline.loss.reason'] ?? '',
      attributes['sightline.loss.count'] ?? 0,
    );
  }

  #term(text: string | undefined, minute: number): number | null {
    return text === undefined ? null : this.#dictionary.term(text, minute);
  }

  #createShapes(): ShapeWriter {
    const add = this.#db.prepare('INSERT INTO shape (id, keys) VALUES (?, ?)');
    return new ShapeWriter(readShapes(this.#db), (id, keys) => {
      add.run(id, keys);
    });
  }
}

/** Blocks may have been shed to the last one, while events still name them. */
function readLastBlock(db: Database): number {
  const kept = db.get('SELECT max(id) AS last FROM block')?.['last'];
  const named = db.get('SELECT max(payload_last) AS last FROM minute')?.['last'];
  return Math.max(Number(kept ?? 0), Number(named ?? 0));
}
