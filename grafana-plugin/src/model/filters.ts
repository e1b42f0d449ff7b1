/** The filters of a view as the contract asks them, as chips a reader takes away, and changed one at a time. */
import { ERROR_GROUP, type EventFilter, type Facets, OUTCOMES, type Outcome } from 'sightline/contract';
import { shortenId } from './format.ts';
import type { Range } from './source.ts';
import { FILTER_FIELDS, type FilterField, type Filters, type ViewState } from './viewState.ts';
import { outcomeWord, typeWord } from './words.ts';

export const FIELD_WORDS: Readonly<Record<FilterField, string>> = {
  server: 'server',
  tool: 'tool',
  method: 'method',
  client: 'client',
  outcome: 'outcome',
  httpStatus: 'HTTP',
  type: 'type',
  session: 'session',
};

/** What the view asks of the source; the range comes resolved, because "last hour" needs a clock. */
export function eventFilterOf(view: Pick<ViewState, 'q' | 'filters'>, range: Partial<Range>): EventFilter {
  const { filters } = view;
  const outcome = filters.outcome.filter(isOutcomeWord);
  return {
    ...range,
    ...(view.q.trim() === '' ? {} : { q: view.q.trim() }),
    ...list('server', filters.server),
    ...list('tool', filters.tool),
    ...list('method', filters.method),
    ...list('client', filters.client),
    ...list('type', filters.type),
    ...list('session', filters.session),
    ...(outcome.length === 0 ? {} : { outcome }),
    ...(filters.httpStatus.length === 0 ? {} : { httpStatus: filters.httpStatus.map(Number) }),
  };
}

function list<Field extends string>(
  field: Field,
  values: readonly string[],
): { [F in Field]?: readonly string[] } {
  return values.length === 0 ? {} : ({ [field]: values } as { [F in Field]: readonly string[] });
}

function isOutcomeWord(word: string): word is Outcome | typeof ERROR_GROUP {
  return word === ERROR_GROUP || OUTCOMES.some((outcome) => outcome === word);
}

/** The filters with one alternative added, or taken away when it was there. */
export function toggleValue(filters: Filters, field: FilterField, value: string): Filters {
  const values = filters[field];
  const changed = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return { ...filters, [field]: changed };
}

export function hasFilters(view: Pick<ViewState, 'q' | 'filters'>): boolean {
  return view.q.trim() !== '' || FILTER_FIELDS.some((field) => view.filters[field].length > 0);
}

export interface FilterChip {
  readonly field: FilterField;
  readonly value: string;
  /** `tool: create_payment`. */
  readonly label: string;
}

export function chipsOf(filters: Filters): readonly FilterChip[] {
  return FILTER_FIELDS.flatMap((field) =>
    filters[field].map((value) => ({
      field,
      value,
      label: `${FIELD_WORDS[field]}: ${valueWord(field, value)}`,
    })),
  );
}

/** A value as it is read, not as it is asked. */
function valueWord(field: FilterField, value: string): string {
  if (field === 'outcome') return value === ERROR_GROUP ? 'any error' : outcomeWord(value).word;
  if (field === 'type') return typeWord(value);
  return field === 'session' ? shortenId(value) : value;
}

export interface MenuRow {
  readonly value: string;
  readonly word: string;
  /** Events with this value in the range; undefined where they are not counted yet, or none was counted. */
  readonly count: number | undefined;
  readonly errors: number;
}

const FACET_OF = {
  server: 'servers',
  tool: 'tools',
  method: 'methods',
  client: 'clients',
  outcome: 'outcomes',
  httpStatus: 'httpStatuses',
  type: 'types',
} as const satisfies Partial<Record<FilterField, keyof Facets>>;
export type MenuField = keyof typeof FACET_OF;
export const MENU_FIELDS = Object.keys(FACET_OF) as readonly MenuField[];

/**
 * What a filter menu offers: what occurs, most frequent first, and before it what is chosen without occurring.
 * @param facets Undefined until they are counted.
 * @param known Values that were shown before that; they keep their places.
 */
export function menuRows(
  facets: Facets | undefined,
  field: MenuField,
  chosen: readonly string[],
  known: readonly string[] = [],
): readonly MenuRow[] {
  const found: MenuRow[] = (facets?.[FACET_OF[field]] ?? []).map((row) => {
    const value = String(row.value);
    return { value, word: valueWord(field, value), count: row.count, errors: row.errors };
  });
  if (facets !== undefined && field === 'outcome') found.unshift(errorGroup(facets));
  const rows = new Map(found.map((row) => [row.value, row]));
  const first = [...chosen.filter((value) => !rows.has(value) && !known.includes(value)), ...known];
  const rest = found.filter((row) => !known.includes(row.value));
  const rowOf = (value: string): MenuRow =>
    rows.get(value) ?? { value, word: valueWord(field, value), count: undefined, errors: 0 };
  return [...first.map(rowOf), ...rest];
}

function errorGroup(facets: Facets): MenuRow {
  const errors = facets.outcomes.reduce((sum, row) => sum + row.errors, 0);
  return { value: ERROR_GROUP, word: valueWord('outcome', ERROR_GROUP), count: errors, errors };
}
