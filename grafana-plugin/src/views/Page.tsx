/** The frame around the two tabs: top bar, the tab in front, footer, and what every tab needs from the keyboard. */
// First, so that what a part says of itself comes after what holds for all.
import './tokens.css';
import './base.css';
import './page.css';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
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
  const totals = useTotals();
  const tell = useCallback((said: LiveReport) => setReport(said), []);

  useEffect(() => {
    const page = root.current?.ownerDocument;
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
    page?.addEventListener('keydown', onKey);
    return () => page?.removeEventListener('keydown', onKey);
  }, []);

  const { archive } = capabilities.about ?? {};
  return (
    <LiveReports.Provider value={tell}>
      <div ref={root} className="sightline sl-page" data-rows={view.compact ? 'compact' : undefined}>
        <TopBar totals={totals} pending={report.pending} onHelp={() => setHelp(true)} />
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
        <main className="sl-page__main">
          <div
            className="sl-page__main"
            id="sl-tabpanel"
            role="tabpanel"
            aria-labelledby={view.tab === 'events' ? 'sl-tab-events' : 'sl-tab-sessions'}
          >
            {view.tab === 'events' ? (
              <EventLog eventsInRange={totals?.current.events} />
            ) : (
              <SessionsTab totals={totals} />
            )}
          </div>
        </main>
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
