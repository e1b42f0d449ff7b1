/** One figure, with the period of the same length before in words beneath it. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { before as shifted } from '../promql.ts';
import { calmly, MUTED } from './colours.ts';
import { dress, type Face, ofQuery, prom, type Query } from './face.ts';

function figure(face: Face, queries: readonly Query[], colours: ThresholdsConfigBuilder): PanelBuilder {
  return dress(new PanelBuilder(), face, queries, 'instant')
    .thresholds(colours)
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .justifyMode(BigValueJustifyMode.Auto)
    .orientation(VizOrientation.Vertical)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''));
}

/** One figure by itself. */
export function stat(face: Face, query: Query, colours: ThresholdsConfigBuilder = calmly()): PanelBuilder {
  return figure(face, [query], colours).textMode(BigValueTextMode.Value);
}

/** Several figures side by side, each with its name. */
function stats(
  face: Face,
  queries: readonly Query[],
  colours: ThresholdsConfigBuilder = calmly(),
): PanelBuilder {
  return figure(face, queries, colours).textMode(BigValueTextMode.ValueAndName);
}

/** A figure and that of the period before as equals: for Loki, whose answers cannot name each other (see `compared`). */
export function sideBySide(face: Face, queries: readonly Query[]): PanelBuilder {
  return stats(face, queries)
    .withOverride(ofQuery('A', { displayName: 'in range' }))
    .withOverride(ofQuery('B', { displayName: 'before', color: { mode: 'fixed', fixedColor: MUTED } }));
}

export interface Compared {
  readonly now: string;
  /** The same for the period before, where it is no figure over the range. */
  readonly before?: string;
  /** What the figure before is rounded to and multiplied by for its words, and the word of its unit. */
  readonly words?: { readonly to: number; readonly times?: number; readonly unit: string };
}

/**
 * A figure, and beneath it "112 before". `count_values` turns the figure of the period before into a label, which
 * the legend writes out; no panel of Grafana shows two periods otherwise without showing them as equals.
 */
export function compared(
  face: Face,
  { now, before = shifted(now), words = { to: 1, unit: '' } }: Compared,
  colours: ThresholdsConfigBuilder = calmly(),
): PanelBuilder {
  const { to, times = 1, unit } = words;
  const shown = `count_values("before", round((${before}) * ${times}, ${to}))`;
  const beside = `(${now}) * on () group_left (before) ${shown}`;
  const alone = `label_replace(${now}, "before", "none", "", "")`;
  return stats(face, [prom(`(${beside}) or on () (${alone})`, `{{before}}${unit} before`)], colours);
}
