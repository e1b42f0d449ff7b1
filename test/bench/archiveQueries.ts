/** The questions that the page asks of the archive, for the benchmark: each with its name in the table of figures. */
import type { EventItem, SessionItem } from '../../proxy/src/contract/index.ts';
import type { ArchiveReader } from '../../proxy/src/observation/archive.ts';

export interface Question {
  readonly name: string;
  readonly ask: (reader: ArchiveReader) => unknown;
}

const HOUR_MS = 3_600_000;

/** @param nowMs The moment of the newest event. @param fromMs That of the oldest. */
export function questionsOf(reader: ArchiveReader, fromMs: number, nowMs: number): readonly Question[] {
  const all = { from: fromMs, to: nowMs + 1 };
  const hour = { from: nowMs - HOUR_MS + 1234, to: nowMs + 1 };
  const [some] = reader.events({ ...all, outcome: ['tool_error'] }).items;
  const [rare] = reader.events({ ...all, order: 'oldest', type: ['sightline.request'] }).items;
  const [busiest] = reader.sessions({ ...all, sort: 'calls' }).items;
  if (!some || !rare || !busiest) throw new Error('the archive has no past to ask about');
  return [...aboutEvents(all, hour, rare), ...aboutSums(all), ...aboutSessions(all, busiest, some)];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function aboutEvents(all: Range, hour: Range, rare: EventItem): readonly Question[] {
  const session = rare.sessionId ?? '';
  const fields = {
    'no filter': {},
    'the last hour': hour,
    server: { server: ['files'] },
    tool: { tool: ['refund_payment', 'get_invoice'] },
    method: { method: ['initialize'] },
    client: { client: ['night-job'] },
    'outcome error': { outcome: ['error' as const] },
    'outcome denied': { outcome: ['denied' as const] },
    status: { httpStatus: [503] },
    type: { type: ['sightline.session.started'] },
    'session (the oldest)': { session: [session] },
    'five filters at once': {
      server: ['shop'],
      client: ['night-job'],
      outcome: ['error' as const],
      httpStatus: [200],
      q: 'issuer',
    },
    'nothing found': { server: ['shop'], tool: ['read_file'] },
  };
  const texts = {
    q: 'invoice',
    'q, in errors': 'declined by',
    'q, of two letters': 'fi',
    'q, one session': session,
  };
  return [
    ...Object.entries(fields).map(([name, filter]) => ({
      name: `events: ${name}`,
      ask: (reader: ArchiveReader) => reader.events({ ...all, ...filter }),
    })),
    ...Object.entries({ ...texts, 'q, nothing found': 'no such text' }).map(([name, q]) => ({
      name: `events: ${name}`,
      ask: (reader: ArchiveReader) => reader.events({ ...all, q }),
    })),
    { name: 'events: oldest first', ask: (reader) => reader.events({ ...all, order: 'oldest' }) },
    { name: 'events: 1,000 at once', ask: (reader) => reader.events({ ...all, limit: 1000 }) },
    {
      name: 'events: after (live)',
      ask: (reader) => reader.events({ after: reader.latest() - 200, limit: 1000 }),
    },
    { name: 'event: details', ask: (reader) => reader.event(rare.eventId ?? '') },
  ];
}

function aboutSums(all: Range): readonly Question[] {
  const odd = { from: all.from + 12_345, to: all.to };
  const step = Math.max(60_000, Math.ceil((all.to - all.from) / 200 / 60_000) * 60_000);
  return [
    { name: 'facets', ask: (reader) => reader.facets(odd) },
    { name: 'facets: of one server', ask: (reader) => reader.facets({ ...odd, server: ['files'] }) },
    { name: 'totals', ask: (reader) => reader.totals(odd) },
    { name: 'series of 200 steps', ask: (reader) => reader.series({ ...odd, step }) },
  ];
}

function aboutSessions(all: Range, busiest: SessionItem, some: EventItem): readonly Question[] {
  return [
    { name: 'sessions', ask: (reader) => reader.sessions(all) },
    { name: 'sessions: by errors', ask: (reader) => reader.sessions({ ...all, sort: 'errors' }) },
    { name: 'sessions: q', ask: (reader) => reader.sessions({ ...all, q: 'track_ship' }) },
    { name: 'session: one', ask: (reader) => reader.session(some.sessionId ?? '') },
    {
      name: 'session: 1,000 of 10,000 events',
      ask: (reader) => reader.sessionEvents(busiest.sessionId, { limit: 1000 }),
    },
  ];
}
