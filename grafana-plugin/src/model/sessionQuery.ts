/** Which sessions a view asks for, and which of its filters could be dropped when there are none. */
import type { SessionQuery } from 'sightline/contract';
import { FIELD_WORDS } from './filters.ts';
import type { Range } from './source.ts';
import { FILTER_FIELDS, type ViewState } from './viewState.ts';

type Asked = Pick<ViewState, 'q' | 'filters' | 'status' | 'sort'>;

/** Of the filters, sessions know only these; the others are the event log's. */
const SESSION_FIELDS = ['server', 'client'] as const;

/** The range comes resolved, because "last hour" needs a clock. */
export function sessionQueryOf({ q, filters, status, sort }: Asked, range: Range): SessionQuery {
  return {
    ...range,
    ...(q.trim() === '' ? {} : { q: q.trim() }),
    ...(status === 'all' ? {} : { status }),
    ...(filters.server.length === 0 ? {} : { server: filters.server }),
    ...(filters.client.length === 0 ? {} : { client: filters.client }),
    sort: sort.by,
    descending: sort.descending,
  };
}

/** One thing to drop, and what of the view changes then. */
export interface Droppable {
  readonly id: string;
  /** `status: active`. */
  readonly words: string;
  readonly change: Partial<Asked>;
}

export function droppables({ q, filters, status }: Asked): readonly Droppable[] {
  const found: Droppable[] = [];
  if (q.trim() !== '') found.push({ id: 'q', words: `search: ${q.trim()}`, change: { q: '' } });
  if (status !== 'all') {
    found.push({ id: 'status', words: `status: ${status}`, change: { status: 'all' } });
  }
  for (const field of SESSION_FIELDS) {
    if (filters[field].length === 0) continue;
    const words = `${FIELD_WORDS[field]}: ${filters[field].join(' or ')}`;
    found.push({ id: field, words, change: { filters: { ...filters, [field]: [] } } });
  }
  return found;
}

/** Filters that are set but ask nothing of sessions, in words. */
export function idleFilters({ filters }: Asked): readonly string[] {
  return FILTER_FIELDS.filter(
    (field) => filters[field].length > 0 && !SESSION_FIELDS.some((own) => own === field),
  ).map((field) => FIELD_WORDS[field]);
}
