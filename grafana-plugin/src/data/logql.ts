/**
 * Questions in LogQL, made of filters. Text goes in quoted: for the regular expression first where it stands in one,
 * then for LogQL.
 */
import { ERROR_GROUP, type EventFilter, type RecordKind } from 'sightline/contract';
import { labelOf } from './attributes.ts';

export type StreamLabels = Readonly<Record<string, string>>;

/** Whose records are asked for unless told otherwise. */
export const OUR_LABELS: StreamLabels = { service_name: 'sightline' };

/** A text as LogQL reads it: Go's string literals, which know no half of a surrogate pair. */
export function quote(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

/** A text as a regular expression that matches just it (RE2). */
export function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

export interface Streams {
  readonly labels?: StreamLabels | undefined;
  readonly records: readonly RecordKind[];
  /** Hex digits; all when not given. */
  readonly buckets?: readonly string[] | undefined;
}

/** `{service_name="sightline", sightline_record="event"}`. */
export function selector({ labels = OUR_LABELS, records, buckets }: Streams): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${quote(value)}`);
  matchers.push(`sightline_record${among(records)}`);
  if (buckets !== undefined && buckets.length > 0) matchers.push(`sightline_bucket${among(buckets)}`);
  return `{${matchers.join(', ')}}`;
}

/** `="a"`, or `=~"a|b"`. */
function among(values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `=${quote(only)}`;
  return `=~${quote(values.map(quoteRegex).join('|'))}`;
}

const SERVER = labelOf('sightline.server.name');
const TOOL = labelOf('gen_ai.tool.name');
const METHOD = labelOf('mcp.method.name');
const CLIENT = labelOf('sightline.client.name');
const OUTCOME = labelOf('sightline.outcome');
const PROBE = labelOf('sightline.probe');
const STATUS = labelOf('http.response.status_code');
const TYPE = labelOf('event.name');
const SESSION = labelOf('sightline.session.id');
const PROTOCOL_SESSION = labelOf('mcp.session.id');
const MESSAGE = labelOf('sightline.error.message');

/** What `q` looks into. */
const SEARCHED = [TOOL, METHOD, SESSION, PROTOCOL_SESSION, MESSAGE, SERVER, CLIENT];

/** The condition of what the product calls errors. `!=` also holds for records without the label. */
export const IS_ERROR = `${OUTCOME}!="" and ${OUTCOME}!="ok" and ${OUTCOME}!="cancelled" and ${PROBE}!="true"`;

/** What no record fulfils. */
const NEVER = `${TYPE}=""`;

/** The stages that let through what a filter lets through; its range is left to the question. */
export function filterStages(filter: Omit<EventFilter, 'from' | 'to'>): string {
  const exact = [
    [SERVER, filter.server],
    [TOOL, filter.tool],
    [METHOD, filter.method],
    [CLIENT, filter.client],
  ] as const;
  const stages = [
    ...exact.flatMap(([, values]) => lineStage(values)),
    ...exact.flatMap(([label, values]) => labelStage(label, values)),
    ...labelStage(TYPE, filter.type),
    ...labelStage(STATUS, filter.httpStatus?.map(String)),
    ...outcomeStage(filter.outcome),
    ...sessionStage(filter.session),
    ...searchStage(filter.q),
  ];
  return stages.map((stage) => ` ${stage}`).join('');
}

function labelStage(label: string, values: readonly string[] | undefined): readonly string[] {
  if (values === undefined) return [];
  // Loki keeps no empty value, and `=""` would let through every record without the label.
  const said = values.filter((value) => value !== '');
  return [`| ${said.length === 0 ? NEVER : `${label}${among(said)}`}`];
}

/** The characters that the body of a record has as spaces. */
const ALTERED = /[\p{Cc}\u2028\u2029]/u;

/** The body names these values as they are, and a line is passed over faster than labels are looked at. */
function lineStage(values: readonly string[] | undefined): readonly string[] {
  if (values === undefined || values.length === 0) return [];
  if (values.some((value) => value === '' || ALTERED.test(value) || !value.isWellFormed())) return [];
  return [`|= ${values.map(quote).join(' or ')}`];
}

function outcomeStage(outcomes: EventFilter['outcome']): readonly string[] {
  if (outcomes === undefined) return [];
  const words = outcomes.filter((word) => word !== ERROR_GROUP);
  const sides = words.length === 0 ? [] : [`${OUTCOME}${among(words)}`];
  if (words.length < outcomes.length) sides.push(`(${IS_ERROR})`);
  return [`| ${sides.length === 0 ? NEVER : sides.join(' or ')}`];
}

function sessionStage(sessions: readonly string[] | undefined): readonly string[] {
  if (sessions === undefined) return [];
  const said = sessions.filter((id) => id !== '');
  if (said.length === 0) return [`| ${NEVER}`];
  return [`| ${SESSION}${among(said)} or ${PROTOCOL_SESSION}${among(said)}`];
}

function searchStage(q: string | undefined): readonly string[] {
  if (!q) return [];
  const pattern = quote(`(?is).*${quoteRegex(q)}.*`);
  return [`| ${SEARCHED.map((label) => `${label}=~${pattern}`).join(' or ')}`];
}

/** Where an event's records are, by its id: the bucket, and the millisecond in which it was written. */
export function placeOfEvent(
  eventId: string,
): { readonly bucket: string; readonly time: number } | undefined {
  const digits = eventId.replaceAll('-', '');
  if (!/^[0-9a-f]{12}7[0-9a-f]{19}$/.test(digits)) return undefined;
  return { bucket: digits.slice(-1), time: Number.parseInt(digits.slice(0, 12), 16) };
}
