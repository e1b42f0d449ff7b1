/**
 * Which of an event's attributes travel where: the contract's table turned into columns, so that an event's
 * attributes are walked once for all the spans or records made of it. Lists of columns and values take the place
 * of objects, because objects with keys known only at run time cost more to fill than all else here.
 * Applies the attribute limits of the OTEL variables. Refuses to invent values: what is absent stays absent.
 */
import {
  ATTRIBUTES,
  type AttributeKey,
  type AttributeRow,
  type Attributes,
  type Place,
} from '../contract/index.ts';

export type Value = string | number | boolean;

/** One attribute of the contract. */
export interface Column {
  readonly key: AttributeKey;
  /** Position in the contract's table. */
  readonly index: number;
  readonly isDouble: boolean;
  readonly on: readonly Place[];
}

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

/** The contract's attributes in its order. */
export const COLUMNS: readonly Column[] = (ATTRIBUTES as readonly AttributeRow[]).map((row, index) => ({
  key: row.key as AttributeKey,
  index,
  isDouble: row.type === 'double',
  on: row.on,
}));
const BY_KEY: ReadonlyMap<string, Column> = new Map(COLUMNS.map((column) => [column.key, column]));

/** The column of a key. */
export function columnOf(key: AttributeKey): Column {
  const column = BY_KEY.get(key);
  if (column === undefined) throw new Error(`the contract has no attribute ${key}`);
  return column;
}

/** The attributes of one span or record, in the order they were added; a key appears once. */
export class AttributeList {
  readonly columns: Column[] = [];
  readonly values: Value[] = [];

  get length(): number {
    return this.columns.length;
  }

  /** Adds an attribute that the list does not have yet. */
  add(column: Column, value: Value): void {
    this.columns.push(column);
    this.values.push(value);
  }

  addAll(other: AttributeList): this {
    for (let i = 0; i < other.columns.length; i++) {
      this.columns.push(other.columns[i] as Column);
      this.values.push(other.values[i] as Value);
    }
    return this;
  }

  /** The same as an object, for whoever reads few of them. */
  toObject(): Record<string, Value> {
    return Object.fromEntries(this.columns.map((column, i) => [column.key, this.values[i] as Value]));
  }
}

/**
 * Makes a function that walks an event's attributes once and gives one list for each place, in the order of
 * `places`. The keys of `except` are left to the caller.
 */
export function createDistributor(
  places: readonly Place[],
  except: readonly AttributeKey[],
): (attributes: Attributes) => readonly AttributeList[] {
  const wanted = new Map<string, { readonly column: Column; readonly lists: readonly number[] }>();
  for (const column of COLUMNS) {
    const lists = places.flatMap((place, i) => (column.on.includes(place) ? [i] : []));
    if (lists.length > 0 && !except.includes(column.key)) wanted.set(column.key, { column, lists });
  }
  return (attributes) => {
    const made = places.map(() => new AttributeList());
    const source = attributes as Readonly<Record<string, Value | undefined>>;
    for (const key in source) {
      const value = source[key];
      if (value === undefined) continue;
      const target = wanted.get(key);
      if (target === undefined) continue;
      for (const i of target.lists) made[i]?.add(target.column, value);
    }
    return made;
  };
}

/** Applies `limits` in place; returns how many attributes were dropped. */
export function limitAttributes(list: AttributeList, limits: Limits): number {
  if (limits === NO_LIMITS) return 0;
  if (limits.valueLengthMax !== NO_LIMITS.valueLengthMax) cutTexts(list, limits.valueLengthMax, '');
  const dropped = Math.max(0, list.length - limits.countMax);
  list.columns.length -= dropped;
  list.values.length -= dropped;
  return dropped;
}

/** Cuts every text longer than `lengthMax` units to that length, `mark` included. */
export function cutTexts(list: AttributeList, lengthMax: number, mark: string): void {
  for (let i = 0; i < list.values.length; i++) {
    const value = list.values[i];
    if (typeof value === 'string' && value.length > lengthMax) {
      list.values[i] = cutText(value, lengthMax - mark.length) + mark;
    }
  }
}

/** The first `lengthMax` UTF-16 units of a text, one less where that would split a surrogate pair. */
function cutText(text: string, lengthMax: number): string {
  const last = text.charCodeAt(lengthMax - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? lengthMax - 1 : lengthMax);
}
