/** Lists of sessions out of what is known of them: filtered, sorted and paged as the contract says. */
import type { Completeness, Page, SessionItem, SessionQuery } from 'sightline/contract';
import { compareKeys, keyOf, lettingThrough, TEXT_SORTS } from 'sightline/reading';
import { limitOf, readCursor, writeCursor } from './cursors.ts';
import type { SessionBook } from './sessionBook.ts';

/** @param now Unix milliseconds; later pages keep that of the first, so that a session does not change its place. */
export function pageOfSessions(
  book: SessionBook,
  query: SessionQuery,
  now: number,
  completeness: Completeness,
): Page<SessionItem> {
  const sort = query.sort ?? 'started';
  const sign = (query.descending ?? true) ? -1 : 1;
  const place =
    query.cursor === undefined
      ? undefined
      : TEXT_SORTS.has(sort)
        ? readCursor(query.cursor, ['string', 'string', 'number'])
        : readCursor(query.cursor, ['number', 'string', 'number']);
  const since = place?.[2] ?? now;
  const limit = limitOf(query.limit);
  const found = book
    .within(query, since)
    .filter(lettingThrough(query))
    .map((item) => ({ item, key: keyOf(item, sort) }))
    .filter(({ item, key }) => place === undefined || sign * compareKeys(key, item.sessionId, place) > 0)
    .sort((a, b) => sign * compareKeys(a.key, a.item.sessionId, [b.key, b.item.sessionId]));
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return {
    items: rows.map(({ item }) => item),
    next: last === undefined ? null : writeCursor([last.key, last.item.sessionId, since]),
    completeness,
  };
}
