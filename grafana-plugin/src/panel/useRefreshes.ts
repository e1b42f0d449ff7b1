/** How often the dashboard has asked the same range again: somebody wants to see it anew. */
import { LoadingState, type PanelData } from '@grafana/data';
import { useRef } from 'react';

interface Seen {
  readonly range: string;
  readonly series: PanelData['series'] | undefined;
  readonly count: number;
}

/** Grows with every answer to the panel's own queries but the first of a range. */
export function useRefreshes({ series, state }: PanelData, range: string): number {
  const seen = useRef<Seen>({ range, series: undefined, count: 0 });
  const before = seen.current;
  const answered = state === LoadingState.Done || state === LoadingState.Error;
  if (before.range !== range) seen.current = { range, series: undefined, count: before.count };
  else if (answered && before.series === undefined) seen.current = { ...before, series };
  else if (answered && before.series !== series) seen.current = { range, series, count: before.count + 1 };
  return seen.current.count;
}
