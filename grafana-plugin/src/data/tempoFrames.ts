/**
 * Tempo's frames: a trace by its id, and spans that a search found, from the back end or put together in the browser.
 * They differ in units, in types and in what they leave out; here they are one.
 */
import type { Frame, FrameField } from './frame.ts';
import { fieldsOf, named } from './lokiFrames.ts';

export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for a root, and for what a search found. */
  readonly parentSpanId: string | undefined;
  /** `server`, `client`; undefined where a search did not ask for it. */
  readonly kind: string | undefined;
  /** Unix milliseconds. */
  readonly startTime: number;
  readonly endTime: number;
  /** By attribute key; values as the road brought them, numbers perhaps as text. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The spans of all frames; what is no span, or lacks its id or its time, is left out. */
export function readSpans(frames: readonly Frame[]): readonly Span[] {
  return frames.map(fieldsOf).flatMap((fields) => {
    if (named(fields, 'spanID') === undefined) return [];
    return named(fields, 'traceID') === undefined ? readFound(fields) : readTrace(fields);
  });
}

function readTrace(fields: readonly FrameField[]): readonly Span[] {
  const at = reader(fields);
  return rowsOf(fields).flatMap((row) => {
    const startTime = at('startTime', row);
    const duration = at('duration', row);
    if (typeof startTime !== 'number' || typeof duration !== 'number') return [];
    const parent = at('parentSpanID', row);
    const kind = at('kind', row);
    return spanOf(at('traceID', row), at('spanID', row), {
      parentSpanId: typeof parent === 'string' && parent !== '' ? parent : undefined,
      kind: typeof kind === 'string' && kind !== '' ? kind : undefined,
      startTime,
      endTime: startTime + duration,
      attributes: tagsOf(at('tags', row)),
    });
  });
}

/** Fields of a search's frame that are no attributes. */
const FIXED: ReadonlySet<string> = new Set([
  'traceIdHidden',
  'traceService',
  'traceName',
  'spanID',
  'time',
  'name',
  'duration',
]);

function readFound(fields: readonly FrameField[]): readonly Span[] {
  const at = reader(fields);
  const attributes = fields.filter(({ name }) => !FIXED.has(name));
  const nanos = named(fields, 'time')?.nanos;
  return rowsOf(fields).flatMap((row) => {
    const time = at('time', row);
    const duration = at('duration', row);
    if (typeof time !== 'number' || typeof duration !== 'number') return [];
    const said = nanos?.[row];
    const startTime = time + (typeof said === 'number' ? said / 1e6 : 0);
    const found = attributes.flatMap(({ name, values }) => {
      const value = values[row];
      return value === undefined || value === null ? [] : [[name, value] as const];
    });
    const kind = at('kind', row);
    return spanOf(at('traceIdHidden', row), at('spanID', row), {
      parentSpanId: undefined,
      kind: typeof kind === 'string' ? kind : undefined,
      startTime,
      endTime: startTime + duration / 1e6,
      attributes: Object.fromEntries(found),
    });
  });
}

type Rest = Omit<Span, 'traceId' | 'spanId'>;

function spanOf(traceId: unknown, spanId: unknown, rest: Rest): readonly Span[] {
  if (typeof traceId !== 'string' || typeof spanId !== 'string' || traceId === '' || spanId === '') return [];
  // A search leaves out zeros in front.
  return [{ traceId: traceId.padStart(32, '0'), spanId: spanId.padStart(16, '0'), ...rest }];
}

function reader(fields: readonly FrameField[]): (name: string, row: number) => unknown {
  const byName = new Map(fields.map(({ name, values }) => [name, values]));
  return (name, row) => byName.get(name)?.[row];
}

function rowsOf(fields: readonly FrameField[]): readonly number[] {
  return Array.from({ length: named(fields, 'spanID')?.values.length ?? 0 }, (_, row) => row);
}

function tagsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!Array.isArray(value)) return {};
  const pairs = value.flatMap((tag: unknown) => {
    if (typeof tag !== 'object' || tag === null || !('key' in tag) || !('value' in tag)) return [];
    return [[String(tag.key), tag.value] as const];
  });
  return Object.fromEntries(pairs);
}
