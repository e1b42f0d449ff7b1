/** Cursors of the panel's own lists: where a list stopped, as text that nobody else needs to understand. */

export function writeCursor(place: unknown): string {
  return JSON.stringify(place);
}

/**
 * The parts of a cursor, each of the type named.
 * @throws Error with a sentence when it is not of this list.
 */
export function readCursor<const Types extends readonly ('string' | 'number' | 'strings')[]>(
  cursor: string,
  types: Types,
): {
  readonly [I in keyof Types]: Types[I] extends 'number'
    ? number
    : Types[I] extends 'string'
      ? string
      : readonly string[];
} {
  const parts = parse(cursor);
  const fits =
    Array.isArray(parts) &&
    parts.length === types.length &&
    types.every((type, at) => (type === 'strings' ? isTexts(parts[at]) : typeof parts[at] === type));
  if (!fits) throw new Error('This list was begun by another version of the panel. Load it anew.');
  return parts as ReturnType<typeof readCursor<Types>>;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Rows of one answer unless a question says otherwise, and at most. */
const LIMIT_FALLBACK = 100;
const LIMIT_MAX = 1_000;

export function limitOf(limit: number | undefined): number {
  return Math.min(LIMIT_MAX, Math.max(1, Math.floor(limit ?? LIMIT_FALLBACK)));
}
