/** Opens the archive to read whole records in their order, while another process may be writing it. */
import { existsSync } from 'node:fs';
import { ArchiveFault, type StoredEvent } from '../observation/archive.ts';
import type { RecordedEvent } from '../observation/event.ts';
import { BodyReader } from './bodies.ts';
import { readMeta, readNewest } from './figures.ts';
import { refuseForeign } from './schema.ts';
import { Database } from './sqlite.ts';

export interface History {
  /** Whose events these are. */
  readonly instanceId: string | undefined;
  /** The sequence of the newest event; 0 when empty. */
  latest(): number;
  /** As `Archive.readAfter`. */
  readAfter(sequence: number, limit: number): readonly StoredEvent[];
  close(): void;
}

/** @throws ArchiveFault when there is no file, it cannot be read, or a later version wrote it. */
export function openHistory(path: string): History {
  if (!existsSync(path)) throw new ArchiveFault('failed', 'there is no such file');
  const db = new Database(path, { readOnly: true, busyMs: 5000 });
  try {
    refuseForeign(db);
    const bodies = new BodyReader(db);
    return {
      instanceId: readMeta(db, 'instance'),
      latest: () => readNewest(db),
      readAfter: (sequence, limit) => readRecords(db, bodies, sequence, limit),
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Records after a sequence, in order, with their payloads. One that cannot be read keeps its place among them. */
export function readRecords(
  db: Database,
  bodies: BodyReader,
  sequence: number,
  limit: number,
): readonly StoredEvent[] {
  return db.transaction('read', () =>
    db
      .all('SELECT sequence, data FROM body WHERE sequence > ? ORDER BY sequence LIMIT ?', sequence, limit)
      .map((row) => ({
        sequence: Number(row['sequence']),
        event: readOne(bodies, String(row['data'])),
      })),
  );
}

/** Undefined when this one record is broken. @throws ArchiveFault when the file is. */
function readOne(bodies: BodyReader, data: string): RecordedEvent | undefined {
  try {
    return bodies.complete(bodies.parse(data)).event;
  } catch (error) {
    if (error instanceof ArchiveFault) throw error;
    return undefined;
  }
}
