/**
 * The contract's attributes as Loki and Tempo spell them. Loki writes `_` for `.` and every value as text; Tempo keeps
 * the names, and the type or not, by the road that the answer took.
 */
import { ATTRIBUTES, type AttributeRow, apiNameOf, type Place } from 'sightline/contract';

export interface Column {
  /** As in the contract: `gen_ai.tool.name`. */
  readonly key: string;
  /** As in Loki: `gen_ai_tool_name`. */
  readonly label: string;
  /** As in the read API: `genAiToolName`. */
  readonly name: string;
  readonly type: AttributeRow['type'];
  /** Its values are words of ours, so that no stranger chooses their characters. */
  readonly closed: boolean;
}

/** How Loki spells a name that has dots. */
export function labelOf(key: string): string {
  return key.replaceAll('.', '_');
}

/** What travels on a place, in the contract's order. */
export function columnsOn(place: Place): readonly Column[] {
  return (ATTRIBUTES as readonly AttributeRow[])
    .filter((row) => row.on.includes(place))
    .map(({ key, type, words }) => ({
      key,
      label: labelOf(key),
      name: apiNameOf(key),
      type,
      closed: words !== undefined,
    }));
}

export type Value = string | number | boolean;

/** A value as its attribute has it; undefined where it is none of that type. An empty text is as good as absent. */
export function typed({ type }: Pick<Column, 'type'>, raw: unknown): Value | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  switch (type) {
    case 'string':
      return typeof raw === 'object' ? undefined : String(raw);
    case 'boolean':
      if (raw === true || raw === 'true') return true;
      return raw === false || raw === 'false' ? false : undefined;
    default: {
      const number = typeof raw === 'string' || typeof raw === 'number' ? Number(raw) : Number.NaN;
      return Number.isFinite(number) ? number : undefined;
    }
  }
}

/** The attributes among a record's labels, under the names that `nameOf` gives them. */
export function readLabels(
  labels: Readonly<Record<string, unknown>>,
  columns: readonly Column[],
  nameOf: (column: Column) => string,
): Record<string, Value> {
  const found: Record<string, Value> = {};
  for (const column of columns) {
    const value = typed(column, labels[column.label]);
    if (value !== undefined) found[nameOf(column)] = value;
  }
  return found;
}
