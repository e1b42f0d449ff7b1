/** Figures over time. */
import {
  AxisPlacement,
  GraphDrawStyle,
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { PROMETHEUS } from '../dataSources.ts';
import { dress, type Face, named, ofQuery, type Query } from './face.ts';

function chart(face: Face, queries: readonly Query[]): PanelBuilder {
  return dress(new PanelBuilder(), face, queries, 'range')
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .axisPlacement(AxisPlacement.Auto)
    .showPoints(VisibilityMode.Never);
}

/** Levels and quantiles: one line each; a gap stays a gap. */
export function lines(face: Face, queries: readonly Query[]): PanelBuilder {
  return balance(face, queries).min(0);
}

/** The same of what may fall below zero. */
export function balance(face: Face, queries: readonly Query[]): PanelBuilder {
  return chart(face, queries)
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.Linear)
    .lineWidth(1.5)
    .fillOpacity(0);
}

/** Durations, which no linear axis shows at once: a logarithmic one, from `least` seconds on, since it has no zero. */
export function durations(face: Face, queries: readonly Query[], least = 0.001): PanelBuilder {
  return lines(face, queries)
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10))
    .min(least);
}

/** Counts in each interval, on top of each other. A bar of less than a minute would have too few samples. */
export function bars(face: Face, queries: readonly Query[]): PanelBuilder {
  return chart(face, queries)
    .min(0)
    .interval('1m')
    .drawStyle(GraphDrawStyle.Bars)
    .barAlignment(0)
    .lineWidth(0)
    .fillOpacity(80)
    .gradientMode(GraphGradientMode.None)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
}

/** A colour for each name that is known beforehand. */
export function coloured<Name extends string>(
  panel: PanelBuilder,
  colours: Readonly<Record<Name, string>>,
): PanelBuilder {
  for (const [name, fixedColor] of Object.entries(colours)) {
    panel.withOverride(named(name, { color: { mode: 'fixed', fixedColor } }));
  }
  return panel;
}

/**
 * Exemplars of a latency: points that lead to one trace each. They come from the collector's histogram over the same
 * spans, whose own line is not shown, because every figure is the proxy's.
 */
export function withExemplars(panel: PanelBuilder, buckets: string): PanelBuilder {
  return panel
    .withTarget(
      new DataqueryBuilder()
        .datasource(PROMETHEUS)
        .refId('exemplars')
        .expr(`histogram_quantile(0.95, sum by (le) (rate(${buckets}[$__rate_interval])))`)
        .legendFormat('exemplars')
        .range()
        .exemplar(true),
    )
    .withOverride(ofQuery('exemplars', { 'custom.hideFrom': { viz: true, legend: true, tooltip: true } }));
}
