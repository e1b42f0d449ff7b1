/** The view in the address: what is shown can be linked, gone back from and come back to. */
import { useCallback, useEffect, useState } from 'react';
import { readView, spellView, type ViewState } from '../model/viewState.ts';
import type { ViewPorts } from '../views/ViewContext.tsx';

export function useAddress(): Pick<ViewPorts, 'view' | 'setView'> {
  const [view, show] = useState<ViewState>(() => readView(location.search));
  useEffect(() => {
    // The token of a printed address has become a cookie by now, and must not travel on in copied links.
    if (new URLSearchParams(location.search).has('token')) write(readView(location.search), 'replace');
    const onTravel = () => show(readView(location.search));
    addEventListener('popstate', onTravel);
    return () => removeEventListener('popstate', onTravel);
  }, []);
  const setView = useCallback<ViewPorts['setView']>((change, how = 'push') => {
    // The address is the truth: two changes in one turn must both count.
    const next = { ...readView(location.search), ...change };
    write(next, how);
    show(next);
  }, []);
  return { view, setView };
}

function write(view: ViewState, how: 'push' | 'replace'): void {
  const said = spellView(view);
  const address = `${location.pathname}${said === '' ? '' : `?${said}`}${location.hash}`;
  if (address === `${location.pathname}${location.search}${location.hash}`) return;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
