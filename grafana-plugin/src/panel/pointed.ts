/** Which of the rows in sight a moment belongs to, when another panel of the same page points at it. */

/** The times that a row shows, Unix milliseconds: of an event one, of a session its first and last. */
export type RowTimes = readonly number[];

/**
 * For every row, in the order given, whether it is marked: a session that was under way then, and of the events the last
 * one before. That one is known only between two events that are there.
 */
export function pointedRows(rows: readonly RowTimes[], moment: number): readonly boolean[] {
  const events = rows.flatMap((times) => (times.length === 1 ? times : []));
  const before = Math.max(...events.filter((time) => time <= moment));
  const known = Number.isFinite(before) && events.some((time) => time >= moment);
  return rows.map((times) => {
    if (times.length === 0) return false;
    if (times.length === 1) return known && times[0] === before;
    return Math.min(...times) <= moment && moment <= Math.max(...times);
  });
}
