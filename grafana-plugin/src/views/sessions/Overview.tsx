/** The figures of the range, each beside the period before, and their course over time. */
import { chartOf, chartStep } from '../../model/chart.ts';
import { type Indicator, indicatorsOf } from '../../model/indicators.ts';
import { isOpenEnded, lengthWords, resolveRange } from '../../model/range.ts';
import type { Totals } from '../../model/source.ts';
import { Icon } from '../Icon.tsx';
import { useAnswer } from '../useAnswer.ts';
import { usePorts } from '../ViewContext.tsx';
import { Chart } from './Chart.tsx';
import './overview.css';

/** Columns of the chart at most: each is still a few pixels wide. */
const COLUMNS_MAX = 90;

export interface OverviewProps {
  /** Undefined until known. */
  readonly totals: Totals | undefined;
  /** Grows with time while live: the chart follows it. */
  readonly refresh: number;
}

export function Overview({ totals, refresh }: OverviewProps) {
  const { source, view, now } = usePorts();
  const range = resolveRange(view.range, now());
  // A range that has ended gives the same figures for ever.
  const round = isOpenEnded(view.range, now()) ? refresh : 0;
  const key = JSON.stringify([view.range, round]);
  const step = chartStep(range, COLUMNS_MAX);
  // Whole steps, so that columns do not creep with every look.
  const from = Math.floor(range.from / step) * step;
  const series = useAnswer(key, (signal) => source.series({ from, to: range.to, step }, signal));
  // What cannot be had is said by the list, once.
  if (totals === undefined && series.failure !== undefined) return null;
  // Where there was nothing, now and before, five zeros say no more than the sentence below them.
  if (totals?.current.events === 0 && totals.previous.events === 0) return null;
  const length = lengthWords(range.to - range.from);
  return (
    <section className="sl-overview" aria-label={`Figures of the range, compared with the ${length} before`}>
      {totals ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: where there is little room it scrolls, so keys must reach it
        <div role="group" className="sl-overview__figures" tabIndex={0} aria-label="Figures">
          <ul>
            {indicatorsOf(totals).map((indicator) => (
              <Figure key={indicator.id} indicator={indicator} length={length} />
            ))}
          </ul>
        </div>
      ) : (
        <p className="sl-overview__figures sl-muted" role="status">
          Adding up…
        </p>
      )}
      {series.value ? <Chart chart={chartOf(series.value)} /> : <div className="sl-chart" />}
    </section>
  );
}

const SIGNS = { up: 'arrowUp', down: 'arrowDown', same: undefined } as const;

function Figure({ indicator, length }: { readonly indicator: Indicator; readonly length: string }) {
  const { id, label, value, alarming, change } = indicator;
  const sign = SIGNS[change.direction];
  return (
    <li className="sl-figure" data-id={id}>
      <span
        className={alarming ? 'sl-figure__value sl-tone' : 'sl-figure__value'}
        data-tone={alarming ? 'error' : undefined}
      >
        {value}
      </span>
      <span className="sl-muted">{label}</span>
      <span className="sl-figure__change sl-muted" title={`${change.before} in the ${length} before`}>
        {sign && <Icon name={sign} />}
        {change.words}
      </span>
    </li>
  );
}
