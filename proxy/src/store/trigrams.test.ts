/**
 * A query of trigrams must let through every text that holds what is searched, and never end the statement early; and
 * the index of them must know every text, also of a file that was written where there was no index.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dictionary } from './dictionary.ts';
import { writeMeta } from './figures.ts';
import { migrate } from './schema.ts';
import { Database } from './sqlite.ts';
import { hasTrigrams, prepareTrigrams, trigramQuery } from './trigrams.ts';

it('asks for all trigrams of a text, each once and quoted', () => {
  expect(trigramQuery('ab')).toBeUndefined();
  expect(trigramQuery('😀a')).toBeUndefined();
  expect(trigramQuery('😀ab')).toBe('"😀ab"');
  expect(trigramQuery('aaaaa')).toBe('"aaa"');
  expect(trigramQuery('a"b*')).toBe('"a""b" AND """b*"');
  expect(trigramQuery('abcdefgh '.repeat(100))?.split(' AND ')).toHaveLength(9);
});

describe('the index', () => {
  let db: Database;
  beforeEach(() => {
    db = new Database(':memory:', { readOnly: false, busyMs: 0 });
    migrate(db);
  });
  afterEach(() => db.close());

  const add = (...texts: readonly string[]) =>
    db.transaction('write', () => {
      const dictionary = new Dictionary(db);
      for (const text of texts) dictionary.term(text, 1);
    });
  const find = (folded: string) =>
    db
      .all(
        'SELECT text FROM term WHERE id IN (SELECT rowid FROM term_trigram WHERE term_trigram MATCH ?)',
        trigramQuery(folded) ?? '',
      )
      .map((row) => row['text']);

  it('knows the texts that were there before it', () => {
    add('search_Files', 'pay');
    expect(hasTrigrams(db)).toBe(false);
    prepareTrigrams(db);
    expect(hasTrigrams(db)).toBe(true);
    add('refile');
    expect(find('file')).toEqual(['search_Files', 'refile']);
  });

  it('that fell behind is not asked until it was made anew, without the texts that are gone', () => {
    prepareTrigrams(db);
    add('old_file');
    // As where there is no FTS5: texts come and go, and the index hears nothing of it.
    writeMeta(db, 'trigrams_stale', '1');
    expect(hasTrigrams(db)).toBe(false);
    db.run('DELETE FROM term');
    add('new_file');
    prepareTrigrams(db);
    expect(find('file')).toEqual(['new_file']);
    expect(find('old')).toEqual([]);
  });
});
