/**
 * The only importer of `node:sqlite`: opens a file, keeps prepared statements, runs transactions, and says in our
 * words what went wrong. It knows nothing of events.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ArchiveFault, type ArchiveTrouble } from '../observation/archive.ts';

/** What SQLite stores, as it is bound and read. Integers beyond 2^53 are bound as `bigint` and never read. */
export type Value = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;
export type { StatementSync };

/** Statements with as many texts as there are sets of filters; kept up to here. */
const STATEMENTS_MAX = 128;

export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws ArchiveFault when the file cannot be opened. */
  constructor(path: string, options: { readonly readOnly: boolean; readonly busyMs: number }) {
    this.#db = guard(() => new DatabaseSync(path, { readOnly: options.readOnly, timeout: options.busyMs }));
  }

  /** One or several statements without parameters. */
  exec(sql: string): void {
    guard(() => this.#db.exec(sql));
  }

  run(sql: string, ...values: readonly Value[]): number {
    return guard(() => Number(this.prepare(sql).run(...values).changes));
  }

  get(sql: string, ...values: readonly Value[]): Row | undefined {
    return guard(() => this.prepare(sql).get(...values) as Row | undefined);
  }

  all(sql: string, ...values: readonly Value[]): readonly Row[] {
    return guard(() => this.prepare(sql).all(...values) as Row[]);
  }

  /** A statement to keep: the caller's own calls of it are not guarded, so it belongs inside `transaction`. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    if (this.#statements.size >= STATEMENTS_MAX) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Everything or nothing. @throws ArchiveFault after nothing was written. */
  transaction<T>(kind: 'read' | 'write', act: () => T): T {
    return guard(() => {
      this.#db.exec(kind === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');
      try {
        const result = act();
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  /** Node 22.15 does not tell whether a transaction is still open, so it is only tried. */
  #rollBack(): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does where the disk was full.
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }
}

function guard<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw faultOf(error);
  }
}

/** Primary result codes (sqlite.org/rescode.html); the extended ones carry them in the lowest byte. */
const TROUBLES: ReadonlyMap<number, ArchiveTrouble> = new Map([
  [5, 'locked'],
  [6, 'locked'],
  [8, 'read_only'],
  [11, 'damaged'],
  [13, 'full'],
  [14, 'read_only'],
  [26, 'damaged'],
]);

/** An error of SQLite in our words; every other error stays what it is. */
function faultOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  return new ArchiveFault(TROUBLES.get(error.errcode & 0xff) ?? 'failed', error.message);
}
