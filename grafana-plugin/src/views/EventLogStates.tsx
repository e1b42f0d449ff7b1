/** What stands where rows would be: still loading, nothing yet, nothing that matches, or why nothing came. */
import { chipsOf, hasFilters } from '../model/filters.ts';
import { rangeWords } from '../model/range.ts';
import { NO_FILTERS } from '../model/viewState.ts';
import { Button } from './Button.tsx';
import { Skeleton } from './Skeleton.tsx';
import { Text } from './Text.tsx';
import type { EventLogState as State } from './useEventLog.ts';
import { usePorts } from './ViewContext.tsx';

export function EventLogState({ state }: { readonly state: State }) {
  const { view, setView, zone, capabilities } = usePorts();
  if (state.log === undefined && state.failure === undefined)
    return <Skeleton rows={14} label="Loading events" />;
  if (state.log === undefined) {
    return (
      <div role="alert" className="sl-state">
        <h2>The events could not be loaded</h2>
        <p>{state.failure}</p>
        <Button look="accent" icon="retry" onClick={state.reload}>
          Try again
        </Button>
      </div>
    );
  }
  if (hasFilters(view)) {
    const chips = chipsOf(view.filters);
    return (
      <div role="status" className="sl-state">
        <h2>Nothing matches in the {rangeWords(view.range, zone)}</h2>
        <p>Drop a filter, or choose a longer range.</p>
        {view.q.trim() !== '' && (
          <Button look="framed" icon="close" onClick={() => setView({ q: '' })}>
            search: <Text value={view.q.trim()} />
          </Button>
        )}
        {chips.map((chip) => (
          <Button
            key={chip.label}
            look="framed"
            icon="close"
            onClick={() =>
              setView({
                filters: {
                  ...view.filters,
                  [chip.field]: view.filters[chip.field].filter((value) => value !== chip.value),
                },
              })
            }
          >
            <Text value={chip.label} />
          </Button>
        ))}
        <Button look="accent" onClick={() => setView({ q: '', filters: NO_FILTERS })}>
          Clear all filters
        </Button>
      </div>
    );
  }
  const urls = capabilities.about?.servers ?? [];
  return (
    <div role="status" className="sl-state">
      <h2>No events in the {rangeWords(view.range, zone)}</h2>
      {urls.length > 0 && (
        <p>
          Point a client at{' '}
          {urls.slice(0, 3).map((server, index) => (
            <span key={server.name}>
              {index > 0 && ', '}
              <code className="sl-mono">
                <Text value={server.clientUrl} />
              </code>
            </span>
          ))}
          , and what it does appears here.
        </p>
      )}
      {capabilities.rangePicker && (
        <Button look="framed" onClick={() => setView({ range: { kind: 'relative', ms: 7 * 86_400_000 } })}>
          Look at the last 7 days
        </Button>
      )}
    </div>
  );
}
