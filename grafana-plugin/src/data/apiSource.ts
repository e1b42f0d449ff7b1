/** The views' source over the proxy's read API. What the API refuses becomes a sentence for a reader. */
import type { About, EventFilter, EventPage, EventQuery, Problem } from 'sightline/contract';
import type { Source } from '../model/source.ts';

/** How the shell asks: `fetch` with a relative path. */
export type Get = (
  path: string,
  signal: AbortSignal,
) => Promise<{ readonly ok: boolean; readonly status: number; json(): Promise<unknown> }>;

/** Relative, because the page may stand behind a path of somebody's reverse proxy. */
const ROOT = './api/v1/';

export function apiSource(get: Get): Source {
  const ask = <Answer>(
    path: string,
    query: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    needs: string,
  ) => read<Answer>(get, `${path}${spellQuery(query)}`, signal, needs);
  return {
    events: (query: EventQuery, signal) => ask<EventPage>('events', { ...query }, signal, 'items'),
    event: (eventId, signal) => ask(`events/${encodeURIComponent(eventId)}`, {}, signal, 'payloads'),
    sessions: ({ sort, descending, ...query }, signal) =>
      ask('sessions', { ...query, sort: sort && `${descending ? '-' : ''}${sort}` }, signal, 'items'),
    session: (sessionId, signal) => ask(`sessions/${encodeURIComponent(sessionId)}`, {}, signal, 'sessionId'),
    sessionEvents: (sessionId, page, signal) =>
      ask(`sessions/${encodeURIComponent(sessionId)}/events`, { ...page }, signal, 'items'),
    facets: (filter, signal) => ask('facets', { ...filter }, signal, 'servers'),
    totals: (range, signal) => ask('totals', { ...range }, signal, 'current'),
    series: (range, signal) => ask('series', { ...range }, signal, 'points'),
  };
}

/** What the proxy says of itself. */
export function askAbout(get: Get, signal: AbortSignal): Promise<About> {
  return read<About>(get, 'about', signal, 'servers');
}

/** Where a download of these events begins. */
export function exportPath(filter: EventFilter, format: string): string {
  return `${ROOT}export${spellQuery({ format, ...filter })}`;
}

/** Lists repeat their name; what is undefined is left out. In one order always, so that equal questions are equal. */
export function spellQuery(query: Readonly<Record<string, unknown>>): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) said.append(name, String(one));
  }
  const text = said.toString();
  return text === '' ? '' : `?${text}`;
}

async function read<Answer>(get: Get, path: string, signal: AbortSignal, needs: string): Promise<Answer> {
  const response = await get(`${ROOT}${path}`, signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error('The proxy does not answer: it was stopped, or cannot be reached from here.');
  });
  const body = await response.json().catch(() => undefined);
  if (!response.ok) throw new Error(problemSentence(response.status, body));
  // Anything else on this port (a login page, another program) answers too, but not like this.
  if (!has(body, needs)) {
    throw new Error('What answered is not the read API of this version. Reload the page.');
  }
  return body as Answer;
}

/** What every answer of a path has; of lists, that they are lists. */
function has(body: unknown, name: string): boolean {
  if (typeof body !== 'object' || body === null || !(name in body)) return false;
  return !LISTS.has(name) || Array.isArray((body as Readonly<Record<string, unknown>>)[name]);
}

const LISTS: ReadonlySet<string> = new Set(['items', 'payloads', 'points', 'servers']);

/** A problem document as a sentence; of anything else what its status means. */
export function problemSentence(status: number, body: unknown): string {
  if (typeof body === 'object' && body !== null && 'title' in body) {
    const { title, detail } = body as Partial<Problem>;
    const said = String(detail ?? title ?? '').trim();
    if (said !== '')
      return `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? '' : '.'}`;
  }
  return `The proxy refused with HTTP status ${status}.`;
}
