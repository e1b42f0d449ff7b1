/** The line at the top: tabs with counts, search, time range, theme, live. */
import type { KeyboardEvent } from 'react';
import { formatCount } from '../model/format.ts';
import type { Totals } from '../model/source.ts';
import type { ViewState } from '../model/viewState.ts';
import { Button } from './Button.tsx';
import { LiveControl } from './LiveControl.tsx';
import { RangePicker } from './RangePicker.tsx';
import { SearchField } from './SearchField.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import { usePorts } from './ViewContext.tsx';

export interface TopBarProps {
  /** What the ids of the tabs and their panel begin with. */
  readonly id: string;
  readonly totals: Totals | undefined;
  readonly pending: number;
  onHelp(): void;
}

export function TopBar({ id, totals, pending, onHelp }: TopBarProps) {
  const { view, capabilities } = usePorts();
  return (
    <header className="sl-top">
      {!capabilities.embedded && <h1 className="sl-top__name">Sightline</h1>}
      {capabilities.only === undefined && (
        <Tabs
          id={id}
          tab={view.tab}
          counts={
            capabilities.narrowed
              ? { sessions: undefined, events: undefined }
              : { sessions: totals?.current.sessions, events: totals?.current.events }
          }
        />
      )}
      <SearchField />
      <div className="sl-top__tools">
        {capabilities.rangePicker && <RangePicker />}
        <LiveControl pending={pending} />
        {capabilities.theme !== undefined && <ThemeSwitch theme={capabilities.theme} />}
        <Button icon="keyboard" name="Keys" onClick={onHelp} />
      </div>
    </header>
  );
}

const TABS = [
  { id: 'sessions', word: 'Sessions' },
  { id: 'events', word: 'Event log' },
] as const;

function Tabs({
  id: ids,
  tab,
  counts,
}: {
  readonly id: string;
  readonly tab: ViewState['tab'];
  readonly counts: Readonly<Record<ViewState['tab'], number | undefined>>;
}) {
  const { setView } = usePorts();
  const choose = (id: ViewState['tab']) => {
    if (id !== tab) setView({ tab: id, selected: undefined });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const other = tab === 'events' ? 'sessions' : 'events';
    choose(other);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${other}"]`)?.focus();
    event.preventDefault();
  };
  return (
    <div role="tablist" aria-label="Views" className="sl-tabs" onKeyDown={onKeyDown}>
      {TABS.map(({ id, word }) => (
        <button
          key={id}
          id={`${ids}-tab-${id}`}
          data-tab={id}
          type="button"
          role="tab"
          aria-selected={tab === id}
          aria-controls={`${ids}-tabpanel`}
          tabIndex={tab === id ? 0 : -1}
          className="sl-tab"
          onClick={() => choose(id)}
        >
          {word}
          {counts[id] !== undefined && (
            <span className="sl-count" aria-hidden="true">{` ${formatCount(counts[id])}`}</span>
          )}
        </button>
      ))}
    </div>
  );
}
