/**
 * LogQL from the contract's names. Four labels select streams; everything else stands beside the line. A value is
 * a word of ours or a dashboard variable, quoted as in `promql.ts`.
 */
import type { AttributeKey, RecordKind, RecordName } from '../../proxy/src/contract/index.ts';
import { label } from './names.ts';
import type { Match } from './promql.ts';

export interface Selection {
  readonly records: readonly RecordKind[];
  /** Names of records, when not all of the stream are meant. */
  readonly names?: readonly RecordName[];
  /** A plain text in the line, before anything is parsed. */
  readonly line?: string;
  /** A bucket of sessions, where it is known: a sixteenth of the work. */
  readonly bucket?: Match;
  /** A session by its id, ours or the protocol's own; an empty id is none. */
  readonly session?: Match;
  readonly where?: readonly (readonly [AttributeKey, Match])[];
}

/** A log query. */
export function logs({ records, names, line, bucket, session, where = [] }: Selection): string {
  const [only] = records;
  const kinds =
    records.length === 1 && only !== undefined ? `="${only}"` : (`=~"${records.join('|')}"` as const);
  const stream = [
    'service_name="sightline"',
    `${label('sightline.record')}${kinds}`,
    ...(bucket === undefined ? [] : [`${label('sightline.bucket')}${bucket}`]),
  ];
  const filters = [
    ...(line === undefined ? [] : [` |= ${line}`]),
    ...(names === undefined ? [] : [` | ${label('event.name')}${nameMatch(names)}`]),
    ...(session === undefined
      ? []
      : [` | ${isId('sightline.session.id', session)} or ${isId('mcp.session.id', session)}`]),
    ...where.map(([key, match]) => ` | ${label(key)}${match}`),
  ];
  return `{${stream.join(', ')}}${filters.join('')}`;
}

const isId = (key: AttributeKey, match: Match): string => `(${label(key)}!="" and ${label(key)}${match})`;

function nameMatch(names: readonly RecordName[]): string {
  return names.length === 1 ? `="${names[0]}"` : `=~"${names.join('|')}"`;
}

/** Number of records in a window, by labels to keep. */
export function countOver(selection: string, window: string, keep: readonly AttributeKey[] = []): string {
  const labels = keep.length === 0 ? '' : ` by (${keep.map(label).join(', ')}) `;
  return `sum${labels}(count_over_time(${selection}[${window}]))`;
}

/** The newest value of a number beside the line, one for each session. */
export function lastOfSession(selection: string, key: AttributeKey, window: string): string {
  return `last_over_time(${selection} | unwrap ${label(key)} [${window}]) by (${label('sightline.session.id')})`;
}
