/** Sessions as the fold goes on from them after a restart. */
import type { RememberedSession } from '../observation/archive.ts';
import type { BodyReader } from './bodies.ts';
import { sequencesOf } from './sessionRows.ts';
import type { Database, Row } from './sqlite.ts';
import { addUp } from './summaries.ts';

/** Within a transaction. */
export function rememberSessions(
  db: Database,
  bodies: BodyReader,
  sinceMs: number,
  limit: number,
): readonly RememberedSession[] {
  const rows = db.all(
    `SELECT session, sequence, instance, others, number, protocol FROM session
     WHERE last_activity >= ? ORDER BY last_activity DESC, session LIMIT ?`,
    sinceMs,
    limit,
  );
  return rows.flatMap((row) => remembered(db, bodies, row) ?? []);
}

function remembered(db: Database, bodies: BodyReader, row: Row): RememberedSession | undefined {
  const summaries = [...sequencesOf(row).values()].flatMap((sequence) => bodies.head(sequence) ?? []);
  if (summaries.length === 0) return undefined;
  // A kill may have come between an event and the summary that counts it.
  const later = db.get(
    `SELECT max(number) AS number, max(protocol) AS protocol FROM event INDEXED BY event_session
     WHERE record = 0 AND session = (SELECT id FROM term WHERE text = ?) AND sequence > ?`,
    String(row['session']),
    Number(row['sequence']),
  );
  const protocol =
    typeof later?.['protocol'] === 'number'
      ? db.get('SELECT text FROM term WHERE id = ?', later['protocol'])?.['text']
      : row['protocol'];
  return {
    summary: addUp(summaries).attributes,
    number: Math.max(Number(row['number']), Number(later?.['number'] ?? 0)),
    ...(typeof protocol === 'string' && { mcpSessionId: protocol }),
  };
}
