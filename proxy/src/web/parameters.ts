/**
 * Every query parameter of the read API in one table: what it may look like and what it means. The parser and
 * docs/api.md read it. A parameter has the same meaning on every path that takes it.
 */
import { ERROR_GROUP, OUTCOMES, RECORD_NAMES, SESSION_SORTS } from '../contract/index.ts';
import { EXPORT_FORMATS } from '../reading/forms.ts';

export type ParameterType =
  /** Unix milliseconds inside; outside also ISO 8601 with its zone, `now`, `now-15m`. */
  | { readonly kind: 'time' }
  /** Milliseconds inside; outside also with a unit: `30s`, `5m`. */
  | { readonly kind: 'step' }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  /** One of the words, `-` before it for descending. */
  | { readonly kind: 'sort'; readonly of: readonly string[] }
  | { readonly kind: 'text' };

export interface ParameterRow {
  readonly type: ParameterType;
  /** May be given several times: alternatives. */
  readonly many?: true;
  /** What holds when it is left out, for the docs. */
  readonly standard?: string;
  readonly means: string;
}

const EVENT_TYPES = Object.entries(RECORD_NAMES)
  .filter(([, { record }]) => record.some((kind) => kind === 'event'))
  .map(([name]) => name);

const TEXT = { kind: 'text' } as const;
const TIME = { kind: 'time' } as const;

export const PARAMETERS = {
  from: { type: TIME, means: 'begin of the range, inclusive; of a request its end counts' },
  to: { type: TIME, means: 'end of the range, exclusive' },
  session: { type: TEXT, many: true, means: 'session id, ours or the protocol’s own' },
  server: { type: TEXT, many: true, means: 'configured name of a server' },
  tool: { type: TEXT, many: true, means: 'tool called' },
  method: { type: TEXT, many: true, means: 'JSON-RPC method' },
  client: { type: TEXT, many: true, means: 'name of a client' },
  outcome: {
    type: { kind: 'choice', of: [...OUTCOMES, ERROR_GROUP] },
    many: true,
    means: `how it ended; \`${ERROR_GROUP}\` is every outcome but \`ok\`, \`cancelled\` and probes`,
  },
  httpStatus: {
    type: { kind: 'number', min: 100, max: 599 },
    many: true,
    means: 'HTTP status that the client saw',
  },
  type: { type: { kind: 'choice', of: EVENT_TYPES }, many: true, means: 'kind of event' },
  q: {
    type: TEXT,
    means:
      'case-insensitive substring: of tool, method, session id, error message, server or client name; in the list of sessions of session id (ours or the protocol’s own), server, client or tool name',
  },
  order: {
    type: { kind: 'choice', of: ['newest', 'oldest'] },
    standard: 'newest',
    means: 'which events come first',
  },
  status: { type: { kind: 'choice', of: ['active', 'ended'] }, means: 'whether a session is active' },
  sort: {
    type: { kind: 'sort', of: SESSION_SORTS },
    standard: '-lastActivity',
    means: 'what sessions are sorted by; `-` in front for descending',
  },
  limit: {
    type: { kind: 'number', min: 1, max: 1_000 },
    standard: '100',
    means: 'items of one answer at most',
  },
  cursor: { type: TEXT, means: '`next` of the answer before, with every other parameter as it was' },
  after: {
    type: { kind: 'number', min: 0, max: Number.MAX_SAFE_INTEGER },
    means: 'only what was written after this sequence (`latest` of an earlier answer), oldest first',
  },
  step: { type: { kind: 'step' }, standard: 'about 60 steps', means: 'length of one step of the series' },
  format: { type: { kind: 'choice', of: EXPORT_FORMATS }, standard: 'json', means: 'form of the download' },
} as const satisfies Readonly<Record<string, ParameterRow>>;

export type ParameterName = keyof typeof PARAMETERS;

export interface Sorting<Word extends string = string> {
  readonly by: Word;
  readonly descending: boolean;
}

type One<T> = T extends { kind: 'time' | 'step' | 'number' }
  ? number
  : T extends { kind: 'choice'; of: readonly (infer Word)[] }
    ? Word
    : T extends { kind: 'sort'; of: readonly (infer Word extends string)[] }
      ? Sorting<Word>
      : string;
type Value<R> = R extends { type: infer T; many: true }
  ? readonly One<T>[]
  : R extends { type: infer T }
    ? One<T>
    : never;

/** The values given, read; absent where nothing was given. */
export type ParameterValues<Name extends ParameterName = ParameterName> = {
  readonly [N in Name]?: Value<(typeof PARAMETERS)[N]>;
};

export function parameterOf(name: ParameterName): ParameterRow {
  return PARAMETERS[name];
}
