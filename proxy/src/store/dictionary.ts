/**
 * Texts and traits as numbers. What many events share (tool, client, outcome …) is written once; an event's row has
 * the number. Each remembers the last minute it was used in, by which it is removed when its events are.
 */

import { fold } from '../reading/fold.ts';
import type { Traits } from '../reading/judge.ts';
import { Recent } from './recent.ts';
import type { Database, StatementSync } from './sqlite.ts';
import { hasTrigrams } from './trigrams.ts';

/** Entries remembered in memory; peers choose texts, so there may be any number in the file. */
const TERMS_REMEMBERED = 8192;
const TRAITS_REMEMBERED = 4096;

interface Entry {
  readonly id: number;
  /** Minute up to which the file says that it is used. */
  used: number;
}

export class Dictionary {
  readonly #terms = new Recent<string, Entry>(TERMS_REMEMBERED);
  readonly #traits = new Recent<string, Entry>(TRAITS_REMEMBERED);
  readonly #sql: ReturnType<typeof prepare>;
  readonly #addTrigrams: StatementSync | undefined;

  constructor(db: Database) {
    this.#sql = prepare(db);
    if (hasTrigrams(db))
      this.#addTrigrams = db.prepare('INSERT INTO term_trigram (rowid, folded) VALUES (?, ?)');
  }

  /** The number of a text, written down when it is new. Within a transaction. */
  term(text: string, minute: number): number {
    const known = this.#terms.get(text);
    const entry = known ?? this.#findTerm(text) ?? this.#addTerm(text, minute);
    if (!known) this.#terms.set(text, entry);
    if (minute > entry.used) {
      this.#sql.useTerm.run(minute, entry.id);
      entry.used = minute;
    }
    return entry.id;
  }

  traits(traits: Traits, minute: number): number {
    const columns: Columns = [
      this.#termOr0(traits.tool, minute),
      this.#termOr0(traits.method, minute),
      traits.outcome,
      traits.status,
      this.#termOr0(traits.client, minute),
      this.#termOr0(traits.server, minute),
      traits.type,
      traits.call ? 1 : 0,
      traits.error ? 1 : 0,
    ];
    const key = columns.join();
    const known = this.#traits.get(key);
    if (known && known.used >= minute) return known.id;
    const entry = this.#useTraits(columns, traits.toolCall, minute);
    this.#traits.set(key, entry);
    return entry.id;
  }

  /** After a transaction that failed, what was written in it is not there. */
  forget(): void {
    this.#terms.clear();
    this.#traits.clear();
  }

  #findTerm(text: string): Entry | undefined {
    const row = this.#sql.findTerm.get(text);
    return row && { id: Number(row['id']), used: Number(row['used']) };
  }

  #addTerm(text: string, minute: number): Entry {
    const folded = fold(text);
    const id = Number(this.#sql.addTerm.run(text, folded === text ? null : folded, minute).lastInsertRowid);
    this.#addTrigrams?.run(id, folded);
    return { id, used: minute };
  }

  #termOr0(text: string | undefined, minute: number): number {
    return text === undefined ? 0 : this.term(text, minute);
  }

  #useTraits(columns: Columns, toolCall: boolean, minute: number): Entry {
    const row = this.#sql.findTraits.get(...columns);
    if (!row) {
      const { lastInsertRowid } = this.#sql.addTraits.run(...columns, toolCall ? 1 : 0, minute);
      return { id: Number(lastInsertRowid), used: minute };
    }
    const entry = { id: Number(row['id']), used: Math.max(minute, Number(row['used'])) };
    this.#sql.useTraits.run(entry.used, entry.id);
    return entry;
  }
}

/** As `UNIQUE` of the table `traits` has them; the words among them are closed vocabularies without a comma. */
type Columns = [number, number, string, number, number, number, string, number, number];

function prepare(
  db: Database,
): Readonly<
  Record<'findTerm' | 'addTerm' | 'useTerm' | 'findTraits' | 'addTraits' | 'useTraits', StatementSync>
> {
  return {
    findTerm: db.prepare('SELECT id, used FROM term WHERE text = ?'),
    addTerm: db.prepare('INSERT INTO term (text, folded, used) VALUES (?, ?, ?)'),
    useTerm: db.prepare('UPDATE term SET used = ? WHERE id = ?'),
    findTraits: db.prepare(
      `SELECT id, used FROM traits WHERE tool = ? AND method = ? AND outcome = ? AND status = ? AND client = ?
       AND server = ? AND type = ? AND is_call = ? AND is_error = ?`,
    ),
    addTraits: db.prepare(
      `INSERT INTO traits (tool, method, outcome, status, client, server, type, is_call, is_error, is_tool_call, used)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    useTraits: db.prepare('UPDATE traits SET used = ? WHERE id = ?'),
  };
}
