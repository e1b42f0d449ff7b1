/**
 * Which of an event's attributes travel where: the contract's table, turned once into one lookup, so that a
 * request's attributes are walked a single time for its spans and records. Applies the attribute limits of the
 * OTEL variables. It refuses to invent values: what an event does not carry is absent everywhere.
 */
import { type Attributes, attributeKeysOn, type Place } from '../contract/index.ts';

/** Attributes as they are exported: only present values, under the contract's keys. */
export type Selected = Record<string, string | number | boolean>;

/** OTEL_ATTRIBUTE_COUNT_LIMIT and OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT; Infinity where none is set. */
export interface Limits {
  readonly countMax: number;
  /** UTF-16 units a text may have. */
  readonly valueLengthMax: number;
}

export const NO_LIMITS: Limits = {
  countMax: Number.POSITIVE_INFINITY,
  valueLengthMax: Number.POSITIVE_INFINITY,
};

const SETS = new Map<Place, ReadonlySet<string>>();

/** The keys of one place as a set. */
function keysOn(place: Place): ReadonlySet<string> {
  let keys = SETS.get(place);
  if (keys === undefined) {
    keys = new Set<string>(attributeKeysOn(place));
    SETS.set(place, keys);
  }
  return keys;
}

/** A function that copies the attributes of one place into `into` and returns it. */
export function createSelector(place: Place): (attributes: Attributes, into: Selected) => Selected {
  const keys = keysOn(place);
  return (attributes, into) => {
    const source = attributes as Readonly<Record<string, string | number | boolean | undefined>>;
    for (const key in source) {
      if (!keys.has(key)) continue;
      const value = source[key];
      if (value !== undefined) into[key] = value;
    }
    return into;
  };
}

/** Applies `limits` in place; returns how many attributes were dropped. */
export function limitAttributes(attributes: Selected, limits: Limits): number {
  if (limits === NO_LIMITS) return 0;
  let kept = 0;
  let dropped = 0;
  for (const key of Object.keys(attributes)) {
    if (kept >= limits.countMax) {
      delete attributes[key];
      dropped += 1;
      continue;
    }
    kept += 1;
    const value = attributes[key];
    if (typeof value === 'string' && value.length > limits.valueLengthMax) {
      attributes[key] = cutText(value, limits.valueLengthMax);
    }
  }
  return dropped;
}

/** The first `lengthMax` UTF-16 units of a text, one less where that would split a surrogate pair. */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const last = text.charCodeAt(lengthMax - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? lengthMax - 1 : lengthMax);
}
