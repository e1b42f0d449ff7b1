/**
 * Scenarios that cannot come out equal through a proxy with an address of its own, each with the reason. A row
 * whose scenario turns out equal makes the run fail, so that this list only ever says what is true.
 */
export interface ExpectedDifference {
  readonly leg: 'server' | 'client';
  readonly scenarios: readonly string[];
  /** The check ids that may differ; any other difference of the scenario fails. */
  readonly checks: readonly string[];
  readonly reason: string;
}

export const expectedDifferences: readonly ExpectedDifference[] = [];
