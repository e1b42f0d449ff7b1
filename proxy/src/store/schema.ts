/**
 * The file's schema, and the way there from every older one: an ordered list, each step in a transaction of its own.
 * Why it is cut like this: docs/decisions/0010.
 */
import { ArchiveFault } from '../observation/archive.ts';
import type { Database } from './sqlite.ts';

/** Spelled "SLAR"; what `PRAGMA application_id` says of a file of ours. */
export const APPLICATION_ID = 0x534c4152;

/** Values of `event.record`: what kind of record a row is. */
export const EVENT = 0;
export const SUMMARY = 1;
export const LOSS = 2;

const FIRST = `
-- Texts that events are searched and filtered by, once each; 'trigrams.ts' keeps an index of them. 'used': the last minute of an event with it.
CREATE TABLE term (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, folded TEXT, used INTEGER NOT NULL);
-- Everything an event is filtered by but its session and its words of error. 0 and '' are absent.
CREATE TABLE traits (
  id INTEGER PRIMARY KEY,
  server INTEGER NOT NULL, tool INTEGER NOT NULL, method INTEGER NOT NULL, client INTEGER NOT NULL,
  type TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL,
  is_call INTEGER NOT NULL, is_tool_call INTEGER NOT NULL, is_error INTEGER NOT NULL,
  used INTEGER NOT NULL,
  UNIQUE (tool, method, outcome, status, client, server, type, is_call, is_error)
);
-- One narrow row a record in order of time (ns), so that a filter reads little. 'start' and 'duration' in µs.
-- 'payload': the lowest block its payloads need. 'flags': 1 cut payload, 2 without a span.
CREATE TABLE event (
  record INTEGER NOT NULL, time INTEGER NOT NULL, sequence INTEGER NOT NULL,
  traits INTEGER, session INTEGER, protocol INTEGER, error INTEGER,
  start INTEGER, duration INTEGER, number INTEGER, payload INTEGER, flags INTEGER,
  PRIMARY KEY (record, time, sequence)
) WITHOUT ROWID;
CREATE UNIQUE INDEX event_sequence ON event (sequence);
CREATE INDEX event_session ON event (session, start) WHERE record = 0 AND session IS NOT NULL;
-- The whole record, as 'bodies.ts' writes it; the shapes of its objects, once each.
CREATE TABLE body (sequence INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE shape (id INTEGER PRIMARY KEY, keys TEXT NOT NULL);
-- Payload texts, many to a compressed block; a short one is text, and not compressed.
CREATE TABLE block (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE rollup (
  traits INTEGER NOT NULL, minute INTEGER NOT NULL, events INTEGER NOT NULL, PRIMARY KEY (traits, minute)
) WITHOUT ROWID;
CREATE TABLE minute_session (
  minute INTEGER NOT NULL, session INTEGER NOT NULL, PRIMARY KEY (minute, session)
) WITHOUT ROWID;
-- Sums of all events of a minute. 'duration' of calls in µs; 'stored': events with payload, and the first and last
-- block of these.
CREATE TABLE minute (
  minute INTEGER PRIMARY KEY, events INTEGER NOT NULL, calls INTEGER NOT NULL, tool_calls INTEGER NOT NULL,
  errors INTEGER NOT NULL, duration INTEGER NOT NULL, truncated INTEGER NOT NULL, unsampled INTEGER NOT NULL,
  stored INTEGER NOT NULL, payload_first INTEGER, payload_last INTEGER
);
CREATE TABLE loss (
  time INTEGER NOT NULL, sequence INTEGER NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL,
  count INTEGER NOT NULL, PRIMARY KEY (time, sequence)
) WITHOUT ROWID;
-- Sessions as their newest summary (the record 'sequence', written at 'time') has them. 'others': the newest
-- summaries of other instances, JSON {instance: sequence}; the columns are of all of them together.
CREATE TABLE session (
  session TEXT PRIMARY KEY, sequence INTEGER NOT NULL, time INTEGER NOT NULL,
  instance TEXT NOT NULL, others TEXT, open INTEGER NOT NULL,
  started REAL NOT NULL, last_activity REAL NOT NULL, duration REAL NOT NULL,
  calls INTEGER NOT NULL, errors INTEGER NOT NULL, events INTEGER NOT NULL,
  server TEXT NOT NULL, client TEXT NOT NULL, protocol_version TEXT NOT NULL,
  number INTEGER NOT NULL, protocol TEXT, search TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_sequence ON session (sequence);
CREATE TABLE cursor (signal TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE set_aside (
  sequence INTEGER NOT NULL, signal TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (sequence, signal)
) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/**
 * What sessions are sorted by when it is by tools (`toolsKey`). Of those that are there, `search` knows the names, as
 * they were first called and folded: close enough until their next summary.
 */
const TOOLS = `
ALTER TABLE session ADD COLUMN tools TEXT NOT NULL DEFAULT '000000 ';
WITH RECURSIVE
  part (session, count, rest) AS (
    SELECT session, 0, search FROM session
    UNION ALL
    SELECT session, count + 1, substr(rest, instr(rest, char(65535)) + 1)
    FROM part WHERE instr(rest, char(65535)) > 0
  ),
  -- Four texts stand before the tools.
  named (session, tools, first) AS (
    SELECT session, max(count) - 3, max(CASE WHEN count = 4 THEN rest END) FROM part GROUP BY session
  )
UPDATE session SET tools = printf('%06d ', named.tools)
    || CASE instr(first, char(65535)) WHEN 0 THEN first ELSE substr(first, 1, instr(first, char(65535)) - 1) END
  FROM named WHERE named.session = session.session AND named.tools > 0;
`;

/** Step n leads from version n to n + 1. A step once released is never changed. */
export const MIGRATIONS: readonly string[] = [FIRST, TOOLS];

/**
 * Brings a file to the newest schema. `migrations` is given only by tests.
 * @throws ArchiveFault when the file is newer than this program, or of another one.
 */
export function migrate(db: Database, migrations = MIGRATIONS): void {
  const version = refuseForeign(db, migrations);
  for (let step = version; step < migrations.length; step++) {
    db.transaction('write', () => {
      db.exec(migrations[step] ?? '');
      db.exec(`PRAGMA user_version = ${step + 1}; PRAGMA application_id = ${APPLICATION_ID}`);
    });
  }
}

/**
 * The version of a file, before anything is written to it.
 * @throws ArchiveFault 'newer', or 'damaged' when something else than an archive is in the file.
 */
export function refuseForeign(db: Database, migrations = MIGRATIONS): number {
  const version = versionOf(db);
  if (version <= migrations.length) return version;
  throw new ArchiveFault('newer', `its schema is version ${version}; this one knows ${migrations.length}`);
}

/** @throws ArchiveFault 'damaged' when something else than an archive is in the file. */
export function versionOf(db: Database): number {
  const application = db.get('PRAGMA application_id')?.['application_id'];
  const tables = db.get('SELECT count(*) AS tables FROM sqlite_schema')?.['tables'];
  if (application !== APPLICATION_ID && tables !== 0) throw new ArchiveFault('damaged', 'it is no archive');
  return Number(db.get('PRAGMA user_version')?.['user_version']);
}
