/**
 * An event's attributes, encoded once for every span and record made of it. They stand in one line, ordered by
 * where they travel, so that the attributes of each place are one stretch of it: a span or record takes its
 * stretch as a copy. What differs between spans or records of one event is not in the line; its writer adds it.
 */
import type { Place } from '../contract/index.ts';
import type { PlainEvent, RequestEvent } from '../observation/event.ts';
import { LOG_ATTRIBUTE, writeAttribute } from './otlpAttributes.ts';
import { ProtobufWriter } from './protobuf.ts';
import { COLUMNS, type Column, columnOf, type Value } from './selection.ts';

/** The places that have a stretch. */
const PLACES = ['server', 'client', 'event', 'detail'] as const satisfies readonly Place[];
export type LinePlace = (typeof PLACES)[number];

/** The line's groups in their order: whoever reads down a column finds each place without a gap. */
const GROUPS: readonly (readonly LinePlace[])[] = [
  ['detail'],
  ['server', 'detail'],
  ['server', 'client', 'detail'],
  ['server', 'client'],
  ['server', 'client', 'event'],
  ['server', 'event'],
  ['event'],
];

const ERROR_TYPE = columnOf('error.type');
const METHOD_LABEL = columnOf('sightline.method.label');
const TOOL_LABEL = columnOf('sightline.tool.label');
const BUCKET = columnOf('sightline.bucket');
/** What one span or record of an event has and another has not, or has with another value. */
const APART: ReadonlySet<string> = new Set([
  'server.address',
  'server.port',
  'sightline.upstream.first_byte',
  'sightline.sampled',
]);

/** The line's columns in order, each at its slot, and where each group ends among them. */
const LINE = GROUPS.map((group) => COLUMNS.filter((column) => groupOf(column) === group.join()));
const SLOTS: readonly Column[] = LINE.flat();
const GROUP_ENDS: readonly number[] = LINE.map((_, i) => LINE.slice(0, i + 1).flat().length);

/** First and last group of each place. */
const STRETCHES = Object.fromEntries(
  PLACES.map((place) => {
    const has = GROUPS.map((group) => group.includes(place));
    return [place, { first: has.indexOf(true), last: has.lastIndexOf(true) }];
  }),
) as Record<LinePlace, { readonly first: number; readonly last: number }>;

/** The group an attribute belongs to, by the contract; empty where it is not in the line. */
function groupOf(column: Column): string {
  if (APART.has(column.key)) return '';
  // Which span has it depends on whose fault the error was; only the event's record always has it.
  if (column === ERROR_TYPE) return 'event';
  return PLACES.filter((place) => column.on.includes(place)).join();
}

/** The contract's attributes that should be in the line but have no group: none, or the order above is wrong. */
export function listUngrouped(): readonly string[] {
  return COLUMNS.filter((column) => groupOf(column) !== '' && !SLOTS.includes(column)).map(
    (column) => column.key,
  );
}

const METHOD_LABEL_SLOT = SLOTS.indexOf(METHOD_LABEL);
const TOOL_LABEL_SLOT = SLOTS.indexOf(TOOL_LABEL);
const BUCKET_SLOT = SLOTS.indexOf(BUCKET);
/** By slot, the key of an event's attribute; that of none where the event says it elsewhere. */
const KEYS: readonly string[] = SLOTS.map((column) =>
  [METHOD_LABEL, TOOL_LABEL, BUCKET].includes(column) ? '' : column.key,
);

/** Holds one event's line at a time; its memory is used again for the next. */
export class AttributeLine {
  readonly #writer = new ProtobufWriter();
  /** By slot, what the event says outside its attributes; undefined everywhere else. */
  readonly #said: (Value | undefined)[] = SLOTS.map(() => undefined);
  /** Where each attribute begins: the byte that says which field of its span or record it is. */
  readonly #starts = new Int32Array(SLOTS.length);
  /** Of group `i`: attributes and bytes before it stand at `i`, those with it at `i + 1`. */
  readonly #counts = new Int32Array(GROUPS.length + 1);
  readonly #ends = new Int32Array(GROUPS.length + 1);

  /** Encodes the attributes of an event. */
  fill(event: RequestEvent | PlainEvent): void {
    const said = this.#said;
    said[METHOD_LABEL_SLOT] = event.labels.method;
    said[TOOL_LABEL_SLOT] = event.labels.tool;
    said[BUCKET_SLOT] = event.bucket;
    // Asking for each key of the line takes half the time of walking the event's keys and finding their slots.
    const source = event.attributes as Readonly<Record<string, Value | undefined>>;
    const writer = this.#writer;
    writer.rewind(0);
    let count = 0;
    let slot = 0;
    for (let group = 0; group < GROUPS.length; group++) {
      const end = GROUP_ENDS[group] ?? 0;
      for (; slot < end; slot++) {
        const column = SLOTS[slot];
        const value = said[slot] ?? source[KEYS[slot] ?? ''];
        if (value === undefined || column === undefined) continue;
        this.#starts[count++] = writer.length;
        writeAttribute(writer, LOG_ATTRIBUTE, column, value);
      }
      this.#counts[group + 1] = count;
      this.#ends[group + 1] = writer.length;
    }
  }

  /** How many bytes a place's stretch has. */
  bytesOf(place: LinePlace): number {
    const { first, last } = STRETCHES[place];
    return (this.#ends[last + 1] ?? 0) - (this.#ends[first] ?? 0);
  }

  /** How many attributes a place's stretch has. */
  countOf(place: LinePlace): number {
    const { first, last } = STRETCHES[place];
    return (this.#counts[last + 1] ?? 0) - (this.#counts[first] ?? 0);
  }

  /** Writes a place's attributes, `tag` being the field that holds them. */
  copyTo(target: ProtobufWriter, place: LinePlace, tag: number): void {
    const { first, last } = STRETCHES[place];
    const from = this.#ends[first] ?? 0;
    const shift = target.length - from;
    target.copy(this.#writer, from, this.#ends[last + 1] ?? 0);
    if (tag === LOG_ATTRIBUTE) return;
    const end = this.#counts[last + 1] ?? 0;
    for (let i = this.#counts[first] ?? 0; i < end; i++) target.replace((this.#starts[i] ?? 0) + shift, tag);
  }
}
