/** The list of sessions, as the archive's read API gives it and as it is made from Loki's session records alone. */
import {
  ATTRIBUTES,
  type AttributeRow,
  apiNameOf,
  type SessionItem,
} from '../../proxy/src/contract/index.ts';
import { startProxy } from '../support/peersProxy.ts';
import type { LogRecord } from './loki.ts';
import { pageOf } from './rig.ts';

/** Every session of a state directory's archive. */
export async function readSessions(stateDir: string): Promise<readonly SessionItem[]> {
  const reader = await startProxy('http://127.0.0.1:9/mcp', { stateDir });
  try {
    const page = await pageOf(reader);
    const answer = await fetch(`${page}/api/v1/sessions?limit=1000`);
    const { items, next } = (await answer.json()) as {
      readonly items: readonly SessionItem[];
      readonly next: string | null;
    };
    if (next !== null) throw new Error('more sessions than one page holds');
    return items;
  } finally {
    await reader.stop();
  }
}

/** The newest record of each session; all of them are of one instance. */
export function sessionsOf(records: readonly LogRecord[]): ReadonlyMap<string, LogRecord['labels']> {
  // Records come oldest first.
  return new Map(records.map(({ labels }) => [labels['sightline_session_id'] ?? '', labels]));
}

/** What a session's record in Loki has to say, by its labels. */
export function describeSession(session: SessionItem): Readonly<Record<string, string>> {
  const rows = (ATTRIBUTES as readonly AttributeRow[]).filter(({ on }) => on.includes('session'));
  const item = session as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    rows.flatMap(({ key }) => {
      const value = item[apiNameOf(key)];
      return value === undefined ? [] : [[key.replaceAll('.', '_'), String(value)]];
    }),
  );
}
