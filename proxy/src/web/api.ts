/** What the read API's paths answer, from the archive: parameters in, the contract's shapes out. */
import type { SessionQuery } from '../contract/index.ts';
import type { ArchiveReader } from '../observation/archive.ts';
import type { ParameterValues } from './parameters.ts';
import type { ParametersOf, PathName } from './paths.ts';
import { type Refusal, refuse, toProblem } from './problem.ts';

/** Paths answered by one reading and one JSON document. */
export type ReadPath = Exclude<PathName, 'about' | 'live' | 'export' | 'healthz' | 'readyz' | 'metrics'>;

export interface Reading<Name extends PathName> {
  readonly reader: ArchiveReader;
  readonly values: ParameterValues<ParametersOf<Name>>;
  /** The `{id}` of the path. */
  readonly id: string;
  readonly nowMs: number;
}

/** The document, or why there is none. */
export type ReadAnswer = { readonly body: object } | { readonly refusal: Refusal };

export const READS: { readonly [Name in ReadPath]: (reading: Reading<Name>) => ReadAnswer } = {
  sessions: ({ reader, values }) => ({ body: reader.sessions(toSessionQuery(values)) }),
  session: ({ reader, id }) => found(reader.session(id), 'session', id),
  sessionEvents: ({ reader, values, id }) => {
    if (reader.session(id) === undefined) return found(undefined, 'session', id);
    return { body: reader.sessionEvents(id, values) };
  },
  events: ({ reader, values }) => ({ body: reader.events(values) }),
  event: ({ reader, id }) => found(reader.event(id), 'event', id),
  facets: ({ reader, values }) => ({ body: reader.facets(values) }),
  totals: ({ reader, values, nowMs }) => ({ body: reader.totals(toRange(values, nowMs)) }),
  series: ({ reader, values, nowMs }) => {
    const range = toRange(values, nowMs);
    const step = values.step ?? usualStep(range.to - range.from);
    const points = Math.ceil((range.to - range.from) / step);
    if (points <= POINTS_MAX) return { body: reader.series({ ...range, step }) };
    const detail = `makes ${points} steps of this range, and ${POINTS_MAX} is the most; make it longer`;
    return { refusal: { problem: toProblem('parameter', `step ${detail}`, 'step') } };
  },
};

/** What a chart can show, and more. */
const POINTS_MAX = 2_000;
const RANGE_MS = 3_600_000;
const STEPS = 60;
/** Lengths that people count in, milliseconds. */
const USUAL_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400,
].map((seconds) => seconds * 1_000);

function toRange(
  { from, to }: { readonly from?: number; readonly to?: number },
  nowMs: number,
): { readonly from: number; readonly to: number } {
  const end = to ?? Math.max(nowMs, (from ?? 0) + 1);
  return { from: from ?? end - RANGE_MS, to: end };
}

function usualStep(rangeMs: number): number {
  const least = rangeMs / STEPS;
  const day = 86_400_000;
  return USUAL_STEPS.find((step) => step >= least) ?? Math.ceil(least / day) * day;
}

function toSessionQuery({ sort, ...rest }: ParameterValues<ParametersOf<'sessions'>>): SessionQuery {
  return { ...rest, ...(sort === undefined ? {} : { sort: sort.by, descending: sort.descending }) };
}

function found(body: object | undefined, what: string, id: string): ReadAnswer {
  if (body !== undefined) return { body };
  const name = JSON.stringify(id.slice(0, 100));
  return {
    refusal: refuse('not-found', `No ${what} ${name} is kept; it may have been removed because of its age`),
  };
}
