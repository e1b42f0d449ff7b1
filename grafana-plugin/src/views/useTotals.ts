/** Sums over the range for the tabs and the footer, kept up to date while the view is live. */
import { useEffect, useState } from 'react';
import { isOpenEnded, resolveRange } from '../model/range.ts';
import type { Totals } from '../model/source.ts';
import { usePolling } from './usePolling.ts';
import { usePorts } from './ViewContext.tsx';

/** Undefined until known. A refusal keeps what was known: the tab in front says what is wrong. */
export function useTotals(): Totals | undefined {
  const { source, view, now, visible } = usePorts();
  const [totals, setTotals] = useState<Totals>();
  const key = JSON.stringify(view.range);
  const ask = (signal: AbortSignal) =>
    source.totals(resolveRange(view.range, now()), signal).then(
      (answer) => {
        if (!signal.aborted) setTotals(answer);
        return true;
      },
      () => false,
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the range
  useEffect(() => {
    const ending = new AbortController();
    void ask(ending.signal);
    return () => ending.abort();
  }, [key, source]);
  // Sums are dearer than news, and nobody reads them to the second.
  usePolling(visible && view.live && isOpenEnded(view.range, now()), Math.max(5, view.interval), ask);
  return totals;
}
