/** Every path that the page's server answers, in one table: routes and docs/api.md are made from it. */
import type { ParameterName } from './parameters.ts';

export interface PathRow {
  /** `{id}` stands for one segment. */
  readonly path: string;
  readonly parameters: readonly ParameterName[];
  /** The answer's type in `contract/api.ts`, or what it is in words. */
  readonly gives: string;
  readonly means: string;
  /** Path and query of a request worth trying. */
  readonly example: string;
}

const RANGE = ['from', 'to'] as const;
const FILTER = [
  ...RANGE,
  'session',
  'server',
  'tool',
  'method',
  'client',
  'outcome',
  'httpStatus',
  'type',
  'q',
] as const;

export const PATHS = {
  about: {
    path: '/api/v1/about',
    parameters: [],
    gives: 'About',
    means: 'version, the addresses that clients are pointed at, and whether events are kept',
    example: '/api/v1/about',
  },
  sessions: {
    path: '/api/v1/sessions',
    parameters: [...RANGE, 'status', 'server', 'client', 'q', 'sort', 'limit', 'cursor'],
    gives: 'Page<SessionItem>',
    means: 'session summaries',
    example: '/api/v1/sessions?from=now-1h&status=active&sort=-errors',
  },
  session: {
    path: '/api/v1/sessions/{id}',
    parameters: [],
    gives: 'SessionItem',
    means: 'one session’s summary',
    example: '/api/v1/sessions/0c9a3f6b1d2e4f5a6b7c8d9e',
  },
  sessionEvents: {
    path: '/api/v1/sessions/{id}/events',
    parameters: ['limit', 'cursor'],
    gives: 'Page<EventItem>',
    means: 'the events of one session in the order they began',
    example: '/api/v1/sessions/0c9a3f6b1d2e4f5a6b7c8d9e/events?limit=1000',
  },
  events: {
    path: '/api/v1/events',
    parameters: [...FILTER, 'order', 'limit', 'cursor', 'after'],
    gives: 'EventPage',
    means: 'the event log',
    example: '/api/v1/events?from=now-15m&tool=create_payment&outcome=error&limit=50',
  },
  event: {
    path: '/api/v1/events/{id}',
    parameters: [],
    gives: 'EventDetail',
    means: 'one event with its payloads, timing and trace',
    example: '/api/v1/events/0193a3f0-6f3e-7b1c-9a55-4d1f3f1e2d3c',
  },
  facets: {
    path: '/api/v1/facets',
    parameters: [...RANGE, 'server'],
    gives: 'Facets',
    means: 'what the filter menus offer, with counts; tools of the servers named',
    example: '/api/v1/facets?from=now-1h&server=demo',
  },
  totals: {
    path: '/api/v1/totals',
    parameters: RANGE,
    gives: 'Totals',
    means: 'sums over the range (the last hour unless given) and over the period of the same length before',
    example: '/api/v1/totals?from=now-1h',
  },
  series: {
    path: '/api/v1/series',
    parameters: [...RANGE, 'step'],
    gives: 'Series',
    means: 'sessions, calls and errors for each step of the range (the last hour unless given)',
    example: '/api/v1/series?from=now-24h&step=15m',
  },
  live: {
    path: '/api/v1/live',
    parameters: [...FILTER.filter((name) => name !== 'from' && name !== 'to'), 'after'],
    gives: 'LiveEvents',
    means: 'server-sent events: what is written from now on, or after a sequence',
    example: '/api/v1/live?outcome=error',
  },
  export: {
    path: '/api/v1/export',
    parameters: ['format', ...FILTER],
    gives: 'a file, oldest event first',
    means: 'a download of everything that the filters let through',
    example: '/api/v1/export?format=csv&from=now-24h&outcome=error',
  },
  healthz: {
    path: '/healthz',
    parameters: [],
    gives: '{"status":"ok"}',
    means: 'the process lives; needs neither token nor known host',
    example: '/healthz',
  },
  readyz: {
    path: '/readyz',
    parameters: [],
    gives: 'what is ready and what is not; status 503 when something is not',
    means: 'the proxy listens, events are kept, and can be read; needs neither token nor known host',
    example: '/readyz',
  },
  metrics: {
    path: '/metrics',
    parameters: [],
    gives: 'Prometheus text form',
    means: 'Sightline’s own metrics, those of docs/telemetry.md',
    example: '/metrics',
  },
} as const satisfies Readonly<Record<string, PathRow>>;

export type PathName = keyof typeof PATHS;
export type ParametersOf<Name extends PathName> = (typeof PATHS)[Name]['parameters'][number];

export interface Match {
  readonly name: PathName;
  /** The `{id}` of the path, decoded. */
  readonly id: string;
}

const SPLIT = Object.entries(PATHS).map(([name, { path }]) => ({
  name: name as PathName,
  parts: path.split('/'),
}));

/** Which row a path is; undefined when none, or when the id is no valid text. */
export function matchPath(path: string): Match | undefined {
  const parts = path.split('/');
  for (const row of SPLIT) {
    if (row.parts.length !== parts.length) continue;
    if (!row.parts.every((part, at) => part === parts[at] || (part === '{id}' && parts[at] !== ''))) continue;
    const id = decodeText(parts[row.parts.indexOf('{id}')] ?? '');
    return id === undefined ? undefined : { name: row.name, id };
  }
  return undefined;
}

/** Percent-decoding that refuses what is not UTF-8. */
export function decodeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
