/** Filters as SQL. Every value is a parameter; only words of ours stand in the text. */
import { ERROR_GROUP, type EventFilter } from '../contract/index.ts';
import { fold } from '../reading/fold.ts';
import { firstNanoOf } from './moments.ts';
import type { Database, Value } from './sqlite.ts';
import { hasTrigrams, trigramQuery } from './trigrams.ts';

/** A part of a WHERE clause with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

export const NEVER: Condition = { sql: '0', values: [] };

export function both(...conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: '1', values: [] };
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** `time` within [from, to), as `millisOf` would compare them. */
export function within({ from, to }: Pick<EventFilter, 'from' | 'to'>): Condition {
  const sides: Condition[] = [];
  if (from !== undefined) sides.push({ sql: 'time >= ?', values: [firstNanoOf(from)] });
  if (to !== undefined) sides.push({ sql: 'time < ?', values: [firstNanoOf(to)] });
  return both(...sides);
}

/**
 * Numbers that stand in a statement themselves. They are looked up before, because then most walks are shorter, and
 * one for which nothing fits is none at all.
 */
const LISTED_MAX = 400;

/** Which rows of `event` a filter lets through, its range left out. */
export function matching(db: Database, filter: EventFilter): Condition {
  const parts: Condition[] = [];
  const traits = traitsMatching(db, filter);
  if (traits) parts.push(inColumn(db, 'traits', `SELECT id FROM traits WHERE ${traits.sql}`, traits.values));
  if (filter.session) {
    const ids = termIds(db, filter.session);
    parts.push(ids.length === 0 ? NEVER : either([among('session', ids), among('protocol', ids)]));
  }
  if (filter.q) parts.push(searching(db, filter.q));
  return both(...parts);
}

/** A column that holds one of the ids that a statement selects. */
function inColumn(db: Database, column: string, select: string, values: readonly Value[]): Condition {
  const ids = idsOf(db, select, values);
  return ids ? among(column, ids) : { sql: `${column} IN (${select})`, values };
}

/** What a statement selects; undefined when it is too much to list. */
function idsOf(db: Database, select: string, values: readonly Value[]): readonly number[] | undefined {
  const rows = db.all(`${select} LIMIT ${LISTED_MAX + 1}`, ...values);
  return rows.length > LISTED_MAX ? undefined : rows.map((row) => Number(row['id']));
}

/** Which rows of `traits` the filters of their columns let through; undefined when all. */
export function traitsMatching(db: Database, filter: EventFilter): Condition | undefined {
  const parts: Condition[] = [];
  const texts = { server: filter.server, tool: filter.tool, method: filter.method, client: filter.client };
  for (const [column, wanted] of Object.entries(texts)) {
    if (wanted) parts.push(among(column, termIds(db, wanted)));
  }
  if (filter.type) parts.push(among('type', filter.type));
  if (filter.httpStatus) parts.push(among('status', filter.httpStatus));
  if (filter.outcome) {
    const words = filter.outcome.filter((word) => word !== ERROR_GROUP);
    const group = filter.outcome.includes(ERROR_GROUP) ? [{ sql: 'is_error = 1', values: [] }] : [];
    parts.push(either([among('outcome', words), ...group]));
  }
  return parts.length === 0 ? undefined : both(...parts);
}

/** A list that is empty lets nothing through. */
export function among(column: string, values: readonly Value[]): Condition {
  if (values.length === 0) return NEVER;
  return { sql: `${column} IN (${values.map(() => '?').join()})`, values };
}

function either(conditions: readonly Condition[]): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(' OR ')})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function termIds(db: Database, texts: readonly string[]): readonly number[] {
  const { sql, values } = among('text', texts);
  return db.all(`SELECT id FROM term WHERE ${sql}`, ...values).map((row) => Number(row['id']));
}

/**
 * A text within one of the terms that are searched. The trigrams let through a few too many, and the whole text is
 * compared after them; where it is too short for one, or there is no index, every term is compared.
 */
function searching(db: Database, q: string): Condition {
  const folded = fold(q);
  const trigrams = hasTrigrams(db) ? trigramQuery(folded) : undefined;
  const holds = 'instr(ifnull(folded, text), ?) > 0';
  const terms = trigrams
    ? `SELECT id FROM term WHERE id IN (SELECT rowid FROM term_trigram WHERE term_trigram MATCH ?) AND ${holds}`
    : `SELECT id FROM term WHERE ${holds}`;
  const values = trigrams ? [trigrams, folded] : [folded];
  const ids = idsOf(db, terms, values);
  if (ids?.length === 0) return NEVER;
  const found = (column: string) => (ids ? among(column, ids) : { sql: `${column} IN (${terms})`, values });
  const named = either(['tool', 'method', 'server', 'client'].map(found));
  const traits = inColumn(db, 'traits', `SELECT id FROM traits WHERE ${named.sql}`, named.values);
  return either([...(traits === NEVER ? [] : [traits]), ...['session', 'protocol', 'error'].map(found)]);
}
