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

/** One label's values, each leading to the next label; after the last label, the set itself. */
interface Branch {
  readonly next: Map<string | number | undefined, Branch>;
  set?: MetricLabels;
}

export class LabelSets {
  readonly #keys: readonly AttributeKey[];
  readonly #budget: SeriesBudget;
  readonly #root: Branch = { next: new Map() };

  constructor(keys: readonly AttributeKey[], budget: SeriesBudget) {
    this.#keys = keys;
    this.#budget = budget;
  }

  /** The label set with these values, or its folded form when the budget is spent. */
  of(values: LabelValues): MetricLabels {
    let branch: Branch | undefined = this.#root;
    for (const value of values) {
      branch = branch.next.get(value);
      if (branch === undefined) break;
    }
    if (branch?.set !== undefined) return branch.set;
    if (this.#budget.left <= 0) return this.#keep(this.#fold(values));
    this.#budget.left -= 1;
    return this.#keep(values);
  }

  #fold(values: LabelValues): LabelValues {
    return values.map((value, i) =>
      value === undefined ? undefined : (FOLDED.get(this.#keys[i] ?? '') ?? value),
    );
  }

  #keep(values: LabelValues): MetricLabels {
    let branch = this.#root;
    const labels: Record<string, string | number> = {};
    for (const [i, key] of this.#keys.entries()) {
      const value = values[i];
      if (value !== undefined) labels[key] = value;
      let next = branch.next.get(value);
      if (next === undefined) {
        next = { next: new Map() };
        branch.next.set(value, next);
      }
      branch = next;
    }
    branch.set ??= labels;
    return branch.set;
  }
}
