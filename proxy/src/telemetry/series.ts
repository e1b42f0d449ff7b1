/**
 * Label sets of metrics, each made once and reused: two equal sets are one object, so sums are kept by identity.
 * The number of sets has a limit; past it the open-ended labels become `_other`, so that nothing clients send can
 * make series without end. Labels never hold a session id.
 */
import { type AttributeKey, OTHER } from '../contract/index.ts';

/** One label set; only present labels. */
export type MetricLabels = Readonly<Record<string, string | number>>;

/** Label values in the order of the keys a `LabelSets` was made with; undefined where a label is absent. */
export type LabelValues = readonly (string | number | undefined)[];

/** The conventions' own fallback for error types. */
const OTHER_ERROR = '_OTHER';

/** What a label becomes past the limit. Labels that are not here have few values by nature and stay. */
const FOLDED: ReadonlyMap<string, string> = new Map([
  ['mcp.method.name', OTHER],
  ['gen_ai.tool.name', OTHER],
  ['sightline.client.name', OTHER],
  ['sightline.client.country', OTHER],
  ['http.request.method', OTHER],
  ['sightline.loss.reason', OTHER],
  ['error.type', OTHER_ERROR],
]);

/** A number of label sets shared by the metrics that count towards one limit. */
export interface SeriesBudget {
  left: number;
}

export class LabelSets {
  readonly #keys: readonly AttributeKey[];
  readonly #budget: SeriesBudget;
  readonly #sets = new Map<string, MetricLabels>();

  constructor(keys: readonly AttributeKey[], budget: SeriesBudget) {
    this.#keys = keys;
    this.#budget = budget;
  }

  /** The label set with these values, or its folded form when the budget is spent. */
  of(values: LabelValues): MetricLabels {
    // No label can hold the separator: texts with control characters would be a different name all the same.
    const id = values.join('\u0000');
    const known = this.#sets.get(id);
    if (known !== undefined) return known;
    if (this.#budget.left <= 0) return this.#fold(values);
    this.#budget.left -= 1;
    return this.#keep(id, values);
  }

  #fold(values: LabelValues): MetricLabels {
    const folded = values.map((value, index) =>
      value === undefined ? undefined : (FOLDED.get(this.#keys[index] ?? '') ?? value),
    );
    const id = folded.join('\u0000');
    return this.#sets.get(id) ?? this.#keep(id, folded);
  }

  #keep(id: string, values: LabelValues): MetricLabels {
    const labels: Record<string, string | number> = {};
    for (const [index, key] of this.#keys.entries()) {
      const value = values[index];
      if (value !== undefined) labels[key] = value;
    }
    this.#sets.set(id, labels);
    return labels;
  }
}
