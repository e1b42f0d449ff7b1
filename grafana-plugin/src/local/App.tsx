/** Gives the views what a browser has: network, address, clock, theme, clipboard, and whether anybody looks. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { About } from 'sightline/contract';
import { apiSource, askAbout, exportPath } from '../data/apiSource.ts';
import { Page } from '../views/Page.tsx';
import { type ViewPorts, ViewProvider } from '../views/ViewContext.tsx';
import { useAddress } from './address.ts';
import { useTheme } from './theme.ts';

const get = (path: string, signal: AbortSignal) =>
  fetch(path, { signal, headers: { accept: 'application/json' }, credentials: 'same-origin' });
const source = apiSource(get);

export function App() {
  const { view, setView } = useAddress();
  const theme = useTheme();
  const visible = useSyncExternalStore(followVisibility, () => document.visibilityState === 'visible');
  const about = useAbout(visible);
  const ports = useMemo<ViewPorts>(
    () => ({
      source,
      now: Date.now,
      view,
      setView,
      zone: undefined,
      visible,
      copy,
      capabilities: {
        rangePicker: true,
        theme,
        exportLink: exportPath,
        ...(about === undefined ? {} : { about }),
      },
    }),
    [view, setView, visible, theme, about],
  );
  return (
    <ViewProvider ports={ports}>
      <Page />
    </ViewProvider>
  );
}

function followVisibility(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Asked until answered, and now and then after that: the archive may fail, and come back. */
function useAbout(visible: boolean): About | undefined {
  const [about, setAbout] = useState<About>();
  const wait = about === undefined ? 3_000 : about.archive.state === 'off' ? 10_000 : 60_000;
  useEffect(() => {
    if (!visible) return undefined;
    const ending = new AbortController();
    const ask = () =>
      askAbout(get, ending.signal).then(
        // The same answer is the same value, so that nothing is drawn anew for it.
        (answer) =>
          setAbout((before) => (JSON.stringify(before) === JSON.stringify(answer) ? before : answer)),
        () => undefined,
      );
    void ask();
    const timer = setInterval(ask, wait);
    return () => {
      ending.abort();
      clearInterval(timer);
    };
  }, [visible, wait]);
  return about;
}
