/** Cursors of keyset pagination: where a list stopped, as text that nobody else needs to understand. */
import { WrongCursor } from '../observation/archive.ts';

/** Parts of a cursor; the first says of which list it is. */
export type Parts = readonly [list: string, ...rest: (string | number)[]];

export function writeCursor(parts: Parts): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

type PartType = 'string' | 'number' | 'digits';
type Typed<T extends readonly PartType[]> = {
  -readonly [I in keyof T]: T[I] extends 'number'
    ? number
    : T[I] extends 'digits' | 'string'
      ? string
      : never;
};

/**
 * The parts after the first, each of the type asked for.
 * @throws WrongCursor when it is not of this list.
 */
export function readCursor<const T extends readonly PartType[]>(
  cursor: string,
  list: string,
  types: T,
): Typed<T> {
  const parts = parse(cursor);
  if (!Array.isArray(parts) || parts.length !== types.length + 1 || parts[0] !== list) {
    throw new WrongCursor();
  }
  const rest: readonly unknown[] = parts.slice(1);
  if (!rest.every((part, index) => isOf(part, types[index]))) throw new WrongCursor();
  return rest as Typed<T>;
}

function isOf(part: unknown, type: PartType | undefined): boolean {
  if (type === 'number') return Number.isFinite(part);
  if (typeof part !== 'string') return false;
  return type === 'string' || /^\d{1,19}$/.test(part);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
