/** What session records tell a filter menu before anything is counted. */
import type { SessionItem } from 'sightline/contract';
import { FOLDED } from '../model/sessionWords.ts';
import type { FilterField } from '../model/viewState.ts';

/** Of each value of one session the calls that it had. */
const VALUES: Partial<Record<FilterField, (item: SessionItem) => readonly (readonly [string, number])[]>> = {
  server: ({ serverName = '', sessionCalls = 0 }) => [[serverName, sessionCalls]],
  client: ({ clientName = '', sessionCalls = 0 }) => [[clientName, sessionCalls]],
  tool: ({ tools }) => tools.map(({ name, calls }) => [name, calls]),
};

/**
 * The values of a menu that occur in these sessions, most calls first; none for a menu that sessions know nothing of.
 * @param servers Only sessions with these; absent, all.
 */
export function knownValues(
  sessions: readonly SessionItem[],
  field: FilterField,
  servers?: readonly string[],
): readonly string[] {
  const calls = new Map<string, number>();
  for (const item of sessions) {
    if (servers !== undefined && !servers.includes(item.serverName ?? '')) continue;
    for (const [value, count] of VALUES[field]?.(item) ?? [])
      if (value !== '' && value !== FOLDED) calls.set(value, (calls.get(value) ?? 0) + count);
  }
  return [...calls].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
}
