/** The reader's view of one panel, and the dashboard's variables that follow it and lead it. */
import type { PanelProps } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ViewPorts } from '../views/ViewContext.tsx';
import { ANY_BUCKET, change, follow, isStaleBucket, type Kept, startKept } from './keptView.ts';
import type { PanelOptions } from './options.ts';
import { isNarrowed } from './panelView.ts';
import { readFilterText, readVariable } from './variables.ts';

const BOTH_CAME_MS = 50;

export function usePanelView(
  { replaceVariables }: PanelProps<PanelOptions>,
  options: PanelOptions,
): Pick<ViewPorts, 'view' | 'setView'> & { readonly narrowed: boolean } {
  const given = {
    options,
    filter: readFilterText(options.filter, replaceVariables),
    carried: {
      session: readVariable(options.sessionVariable, replaceVariables),
      event: readVariable(options.eventVariable, replaceVariables),
      bucket: readVariable('bucket', replaceVariables),
    },
  };
  // Not a state: two changes in one turn must both count, and what is told the dashboard follows from both.
  const kept = useRef<Kept>(undefined);
  kept.current = kept.current === undefined ? startKept(given) : follow(kept.current, given);
  const [, redraw] = useState(0);
  // Variables stand in the address. Whoever changes them there, the dashboard reads them in the same turn or before.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watching = locationService.getLocationObservable().subscribe(() => {
      clearTimeout(timer);
      timer = setTimeout(() => redraw((count) => count + 1), 0);
    });
    return () => {
      watching.unsubscribe();
      clearTimeout(timer);
    };
  }, []);
  const stale = isStaleBucket(given.carried);
  useEffect(() => {
    if (!stale) return;
    // Two variables of one address may come one after the other.
    const timer = setTimeout(() => locationService.partial({ 'var-bucket': ANY_BUCKET }, true), BOTH_CAME_MS);
    return () => clearTimeout(timer);
  }, [stale]);
  const latest = useRef(given);
  latest.current = given;
  const setView = useCallback<ViewPorts['setView']>((changed, how = 'push') => {
    if (kept.current === undefined) return;
    const { next, query } = change(kept.current, latest.current, changed);
    kept.current = next;
    redraw((count) => count + 1);
    if (Object.keys(query).length > 0) locationService.partial(query, how === 'replace');
  }, []);
  return { view: kept.current.view, setView, narrowed: isNarrowed(given.filter) };
}
