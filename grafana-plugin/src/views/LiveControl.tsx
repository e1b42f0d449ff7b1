/** Live or paused, how often, and what came meanwhile. */
import { formatCount } from '../model/format.ts';
import { isOpenEnded } from '../model/range.ts';
import { INTERVALS } from '../model/viewState.ts';
import { Button } from './Button.tsx';
import { OptionList } from './OptionList.tsx';
import { Popover } from './Popover.tsx';
import { usePorts } from './ViewContext.tsx';

export function LiveControl({ pending }: { readonly pending: number }) {
  const { view, setView, now, capabilities } = usePorts();
  if (!isOpenEnded(view.range, now())) {
    return (
      <span
        className="sl-live sl-muted"
        title={capabilities.notLive ?? 'The chosen range ends in the past, so nothing new can come into it.'}
      >
        Not live
      </span>
    );
  }
  const word = view.live ? 'Live' : pending > 0 ? `${formatCount(pending)} new` : 'Paused';
  return (
    <span className="sl-live">
      <Button
        icon={view.live ? 'pause' : 'play'}
        title={
          view.live
            ? 'Pause: freeze what is shown, and count what is new'
            : 'Go on, and show what came meanwhile'
        }
        aria-label={view.live ? 'Pause live' : `Resume live: ${word}`}
        onClick={() => setView({ live: !view.live }, 'replace')}
      >
        {word}
      </Button>
      <Popover
        side="right"
        label="How often to look for news"
        button={{ 'aria-label': `${view.interval} s between looks for news`, children: `${view.interval} s` }}
      >
        {(close) => (
          <OptionList
            label="Look for news every"
            options={INTERVALS.map((seconds) => ({
              value: String(seconds),
              word: `every ${seconds} s`,
              chosen: seconds === view.interval,
            }))}
            onChoose={(value) => {
              const interval = INTERVALS.find((seconds) => String(seconds) === value);
              if (interval !== undefined) setView({ interval }, 'replace');
              close();
            }}
          />
        )}
      </Popover>
    </span>
  );
}
