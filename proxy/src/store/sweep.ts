/** Removes texts and traits that were last used before the oldest event kept: a walk through both tables in slices. */
import type { Database, Row } from './sqlite.ts';
import { hasTrigrams } from './trigrams.ts';

const CHUNK_ROWS = 500;

/** A walk begins when the oldest minute is so much later than at the last … */
const MINUTES_BETWEEN = 60;
/** … or when so many events were removed, or a quarter of the rows there are: a flood of texts fills no hour. */
const REMOVED_MIN = 1000;

export class Sweep {
  readonly #db: Database;
  readonly #hasTrigrams: boolean;
  #doneMinute = 0;
  /** Rows that the last walk met. */
  #rows = 0;
  #removed = 0;
  #walk: { readonly minute: number; table: 'traits' | 'term'; after: number; rows: number } | undefined;

  constructor(db: Database) {
    this.#db = db;
    this.#hasTrigrams = hasTrigrams(db);
  }

  /** Told of events that were removed. */
  note(events: number): void {
    this.#removed += events;
  }

  /**
   * One chunk, within a transaction.
   * @param minute That of the oldest event kept.
   * @returns whether there is more to do, and how many rows were removed.
   */
  step(minute: number): { readonly more: boolean; readonly removed: number } {
    if (!this.#walk && !this.#isDue(minute)) return { more: false, removed: 0 };
    // Traits name texts, so they go first.
    this.#walk ??= { minute, table: 'traits', after: 0, rows: 0 };
    const walk = this.#walk;
    const rows = this.#db.all(
      `SELECT id, used FROM ${walk.table} WHERE id > ? ORDER BY id LIMIT ${CHUNK_ROWS}`,
      walk.after,
    );
    const last = rows.at(-1);
    walk.rows += rows.length;
    if (last) walk.after = Number(last['id']);
    else if (walk.table === 'traits') this.#walk = { ...walk, table: 'term', after: 0 };
    else this.#finish(walk);
    const unused = rows.filter((row) => Number(row['used']) < walk.minute);
    for (const row of unused) this.#remove(walk.table, row);
    return { more: this.#walk !== undefined, removed: unused.length };
  }

  #isDue(minute: number): boolean {
    return (
      minute >= this.#doneMinute + MINUTES_BETWEEN || this.#removed >= Math.max(REMOVED_MIN, this.#rows / 4)
    );
  }

  #finish({ minute, rows }: { readonly minute: number; readonly rows: number }): void {
    this.#doneMinute = minute;
    this.#rows = rows;
    this.#removed = 0;
    this.#walk = undefined;
  }

  #remove(table: 'traits' | 'term', row: Row): void {
    const id = Number(row['id']);
    this.#db.run(`DELETE FROM ${table} WHERE id = ?`, id);
    if (table === 'term' && this.#hasTrigrams) this.#db.run('DELETE FROM term_trigram WHERE rowid = ?', id);
  }
}
