/** The writing side over SQLite. One transaction a call; what fails leaves nothing behind, and is tried anew next time. */
import {
  type Archive,
  ArchiveFault,
  type ArchiveStats,
  type OutboxSignal,
  type RememberedSession,
  type StoredEvent,
} from '../observation/archive.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { BodyReader } from './bodies.ts';
import { readNewest, readStats, readUnsentRemoved } from './figures.ts';
import type { Limits } from './limits.ts';
import { readRecords } from './openHistory.ts';
import { Recorder } from './recorder.ts';
import { rememberSessions } from './remember.ts';
import { Retention } from './retention.ts';
import type { Database } from './sqlite.ts';

/** What the opener wants to hear. */
export interface Ends {
  /** The file turned out to be damaged. */
  readonly onDamaged: () => void;
  readonly onClose: () => void;
}

export class SqliteArchive implements Archive {
  readonly #db: Database;
  readonly #instance: string;
  readonly #bodies: BodyReader;
  readonly #recorder: Recorder;
  readonly #retention: Retention;
  readonly #ends: Ends;
  #latest: number;

  constructor(db: Database, instance: string, limits: Limits, ends: Ends) {
    this.#db = db;
    this.#instance = instance;
    this.#bodies = new BodyReader(db);
    this.#recorder = new Recorder(db, instance, this.#bodies);
    this.#retention = new Retention(db, limits, {
      onTextsRemoved: () => this.#recorder.forgetTexts(),
      onBlocksRemoved: (last) => this.#recorder.forgetBlocks(last),
    });
    this.#ends = ends;
    this.#latest = readNewest(db);
  }

  get stats(): ArchiveStats {
    return readStats(this.#db);
  }

  get unsentRemoved(): number {
    return readUnsentRemoved(this.#db);
  }

  append(events: readonly RecordedEvent[]): number {
    const first = this.#latest + 1;
    this.#watch(() => {
      try {
        this.#db.transaction('write', () => {
          let sequence = this.#latest;
          for (const event of events) this.#recorder.put(++sequence, event);
          this.#recorder.flush();
        });
      } catch (error) {
        this.#recorder.forget();
        if (error instanceof ArchiveFault && error.trouble === 'full') this.#retention.makeRoom();
        throw error;
      }
    });
    this.#latest += events.length;
    this.#retention.keepUp();
    return first;
  }

  latest(): number {
    return this.#latest;
  }

  readAfter(sequence: number, limit: number): readonly StoredEvent[] {
    return this.#watch(() => readRecords(this.#db, this.#bodies, sequence, limit));
  }

  cursor(signal: OutboxSignal): number | undefined {
    const at = this.#db.get('SELECT sequence FROM cursor WHERE signal = ?', signal)?.['sequence'];
    return at === undefined ? undefined : Number(at);
  }

  moveCursor(signal: OutboxSignal, sequence: number): void {
    this.#db.run(
      `INSERT INTO cursor VALUES (?, ?) ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)`,
      signal,
      sequence,
    );
  }

  setAside(signal: OutboxSignal, sequence: number, reason: string): void {
    this.#db.run('INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?)', sequence, signal, reason);
  }

  recentSessions(sinceMs: number, limit: number): readonly RememberedSession[] {
    return this.#inTransaction(() =>
      rememberSessions(this.#db, this.#bodies, this.#instance, sinceMs, limit),
    );
  }

  retain(nowMs: number): boolean {
    this.#bodies.forgetBlocks();
    return this.#watch(() => this.#retention.slice(nowMs));
  }

  close(): void {
    this.#db.close();
    this.#ends.onClose();
  }

  #inTransaction<T>(act: () => T): T {
    return this.#watch(() => this.#db.transaction('read', act));
  }

  #watch<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof ArchiveFault && error.trouble === 'damaged') this.#ends.onDamaged();
      throw error;
    }
  }
}
