/**
 * The index of SQLite's FTS5 by which a search need compare only a few texts as a whole. It is a help and no more: the
 * SQLite of Node 22.15, and of some builds of later ones, has no FTS5, and there a search compares every text.
 */
import { readMeta, writeMeta } from './figures.ts';
import type { Database } from './sqlite.ts';

/** Names of texts came and went while nobody could note them in the index. */
const STALE = 'trigrams_stale';
const TABLE = `
CREATE VIRTUAL TABLE IF NOT EXISTS term_trigram USING fts5(
  folded, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO term_trigram (term_trigram) VALUES ('delete-all');
INSERT INTO term_trigram (rowid, folded) SELECT id, ifnull(folded, text) FROM term;
`;

/** At most so many trigrams of a search are looked up; what they let through is compared as a whole anyway. */
const TRIGRAMS_MAX = 24;

/**
 * An FTS5 query for every text that may hold a folded one: all its trigrams, in any order. Undefined when it is
 * shorter than a trigram.
 */
export function trigramQuery(folded: string): string | undefined {
  const points = [...folded];
  const trigrams = new Set<string>();
  for (let i = 0; i + 3 <= points.length && trigrams.size < TRIGRAMS_MAX; i++) {
    trigrams.add(points.slice(i, i + 3).join(''));
  }
  if (trigrams.size === 0) return undefined;
  return [...trigrams].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}

/** Whether the index can be asked, and knows every text. */
export function hasTrigrams(db: Database): boolean {
  return hasFts5(db) && isThere(db) && readMeta(db, STALE) === undefined;
}

/** Before anything is written: makes the index of all texts where it is missing, or notes that it falls behind now. */
export function prepareTrigrams(db: Database): void {
  if (hasTrigrams(db)) return;
  db.transaction('write', () => {
    if (!hasFts5(db)) return writeMeta(db, STALE, '1');
    db.exec(TABLE);
    db.run('DELETE FROM meta WHERE key = ?', STALE);
  });
}

function hasFts5(db: Database): boolean {
  return db.get("SELECT sqlite_compileoption_used('ENABLE_FTS5') AS has")?.['has'] === 1;
}

function isThere(db: Database): boolean {
  return db.get("SELECT 1 FROM sqlite_schema WHERE name = 'term_trigram'") !== undefined;
}
