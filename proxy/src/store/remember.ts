/** Sessions as the fold goes on from them after a restart. */
import type { EndReason } from '../contract/index.ts';
import type { RememberedSession } from '../observation/archive.ts';
import { addUp } from '../reading/summaries.ts';
import type { BodyReader } from './bodies.ts';
import { sequencesOf } from './sessionRows.ts';
import type { Database, Row } from './sqlite.ts';

/**
 * Within a transaction.
 * @param instance Whose counts the next run goes on from.
 */
export function rememberSessions(
  db: Database,
  bodies: BodyReader,
  instance: string,
  sinceMs: number,
  limit: number,
): readonly RememberedSession[] {
  const rows = db.all(
    `SELECT session, sequence, instance, others, number, protocol FROM session
     WHERE last_activity >= ? ORDER BY last_activity DESC, session LIMIT ?`,
    sinceMs,
    limit,
  );
  return rows.flatMap((row) => remembered(db, bodies, instance, row) ?? []);
}

function remembered(
  db: Database,
  bodies: BodyReader,
  instance: string,
  row: Row,
): RememberedSession | undefined {
  const sequences = sequencesOf(row);
  const summaries = [...sequences.values()].flatMap((sequence) => bodies.head(sequence) ?? []);
  if (summaries.length === 0) return undefined;
  const summary = addUp(summaries).attributes;
  const own = sequences.get(instance);
  const endReason =
    summary['sightline.session.status'] === 'ended'
      ? readEndReason(db, bodies, String(row['session']))
      : undefined;
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
    summary,
    ...((own === undefined || sequences.size > 1) && {
      own: (own === undefined ? undefined : bodies.head(own)?.attributes) ?? {},
    }),
    ...(endReason !== undefined && { endReason }),
    number: Math.max(Number(row['number']), Number(later?.['number'] ?? 0)),
    ...(typeof protocol === 'string' && { mcpSessionId: protocol }),
  };
}

/** Of the newest record that says so: the summary of a session that has ended comes just after it. */
function readEndReason(db: Database, bodies: BodyReader, session: string): EndReason | undefined {
  const row = db.get(
    `SELECT sequence FROM event INDEXED BY event_session
     WHERE record = 0 AND session = (SELECT id FROM term WHERE text = ?)
       AND traits IN (SELECT id FROM traits WHERE type = 'sightline.session.ended')
     ORDER BY start DESC, sequence DESC LIMIT 1`,
    session,
  );
  return row && bodies.head(Number(row['sequence']))?.attributes['sightline.session.end_reason'];
}
