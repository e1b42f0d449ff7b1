/** Removes texts and traits that were last used before the oldest day kept: a walk through both tables in slices. */
import type { Database, Row } from './sqlite.ts';

const CHUNK_ROWS = 500;

export class Sweep {
  readonly #db: Database;
  #doneDay = 0;
  #walk: { readonly day: number; table: 'traits' | 'term'; after: number } | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * One chunk, within a transaction.
   * @param day The UTC day of the oldest event kept.
   * @returns whether there is more to do, and how many rows were removed.
   */
  step(day: number): { readonly more: boolean; readonly removed: number } {
    if (!this.#walk && day <= this.#doneDay) return { more: false, removed: 0 };
    // Traits name texts, so they go first.
    this.#walk ??= { day, table: 'traits', after: 0 };
    const walk = this.#walk;
    const rows = this.#db.all(
      `SELECT id, used FROM ${walk.table} WHERE id > ? ORDER BY id LIMIT ${CHUNK_ROWS}`,
      walk.after,
    );
    const last = rows.at(-1);
    if (last) walk.after = Number(last['id']);
    else if (walk.table === 'traits') this.#walk = { day: walk.day, table: 'term', after: 0 };
    else {
      this.#doneDay = walk.day;
      this.#walk = undefined;
    }
    const unused = rows.filter((row) => Number(row['used']) < walk.day);
    for (const row of unused) this.#remove(walk.table, row);
    return { more: this.#walk !== undefined, removed: unused.length };
  }

  #remove(table: 'traits' | 'term', row: Row): void {
    const id = Number(row['id']);
    this.#db.run(`DELETE FROM ${table} WHERE id = ?`, id);
    if (table === 'term') this.#db.run('DELETE FROM term_trigram WHERE rowid = ?', id);
  }
}
