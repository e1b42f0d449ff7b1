/** The frame around the two tabs: top bar, the tab in front, footer, and what every tab needs from the keyboard. */
// First, so that what a part says of itself comes after what holds for all.
import './tokens.css';
import './base.css';
import './page.css';
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { EventLog } from './EventLog.tsx';
import { Footer } from './Footer.tsx';
import { KeysHelp } from './KeysHelp.tsx';
import { type LiveReport, LiveReports } from './liveReport.ts';
import { SessionsTab } from './SessionsTab.tsx';
import { TopBar } from './TopBar.tsx';
import { useTotals } from './useTotals.ts';
import { usePorts } from './ViewContext.tsx';

const QUIET: LiveReport = { pending: 0 };

export function Page(): ReactNode {
  const { view, capabilities } = usePorts();
  const [report, setReport] = useState<LiveReport>(QUIET);
  const [help, setHelp] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  const { embedded, only } = capabilities;
  const totals = useTotals();
  const tell = useCallback((said: LiveReport) => setReport(said), []);

  useEffect(() => {
    // Beside others, keys are this part's only while the focus is in it.
    const page: EventTarget | null | undefined = embedded ? root.current : root.current?.ownerDocument;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      if (event.key === '/') {
        root.current?.querySelector<HTMLInputElement>('[data-search]')?.focus();
        event.preventDefault();
      } else if (event.key === '?') {
        setHelp(true);
        event.preventDefault();
      }
    };
    const listen = onKey as EventListener;
    page?.addEventListener('keydown', listen);
    return () => page?.removeEventListener('keydown', listen);
  }, [embedded]);

  const { archive } = capabilities.about ?? {};
  const Main = embedded ? 'div' : 'main';
  return (
    <LiveReports.Provider value={tell}>
      <div
        ref={root}
        className="sightline sl-page"
        data-rows={view.compact ? 'compact' : undefined}
        // A press anywhere in it brings the keys here.
        tabIndex={embedded ? -1 : undefined}
      >
        <TopBar id={id} totals={totals} pending={report.pending} onHelp={() => setHelp(true)} />
        {archive?.state === 'off' && (
          <div role="alert" className="sl-notice" data-tone="error">
            Nothing is kept: {archive.reason}. What to do: {archive.advice}.
          </div>
        )}
        {report.failure !== undefined && (
          <div role="alert" className="sl-notice" data-tone="error">
            {report.failure} What you see stays; this page tries again by itself.
          </div>
        )}
        <Main className="sl-page__main">
          <div
            className="sl-page__main"
            {...(only === undefined && {
              id: `${id}-tabpanel`,
              role: 'tabpanel',
              'aria-labelledby': `${id}-tab-${view.tab}`,
            })}
          >
            {view.tab === 'events' ? (
              <EventLog eventsInRange={totals?.current.events} />
            ) : (
              <SessionsTab totals={totals} />
            )}
          </div>
        </Main>
        <Footer report={report} />
        {help && <KeysHelp onClose={() => setHelp(false)} />}
      </div>
    </LiveReports.Provider>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}
