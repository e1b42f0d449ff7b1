/** Above the list: which sessions, and how timelines are drawn. */
import { useId } from 'react';
import { chipsOf, toggleValue } from '../../model/filters.ts';
import { idleFilters } from '../../model/sessionQuery.ts';
import { NO_FILTERS, type ViewState } from '../../model/viewState.ts';
import { Button } from '../Button.tsx';
import { Chip } from '../Chip.tsx';
import { FilterMenu } from '../FilterBar.tsx';
import { usePorts } from '../ViewContext.tsx';

export interface TimelineLook {
  /** Clock times instead of offsets from the session's start. */
  readonly clock: boolean;
  readonly showsQuiet: boolean;
}

const STATUSES: readonly (readonly [ViewState['status'], string])[] = [
  ['all', 'All'],
  ['active', 'Active'],
  ['ended', 'Ended'],
];

export function SessionsToolbar({
  look,
  onLook,
}: {
  readonly look: TimelineLook;
  onLook(look: TimelineLook): void;
}) {
  const { view, setView } = usePorts();
  const name = useId();
  const idle = idleFilters(view);
  const chips = chipsOf(view.filters).filter(({ field }) => field === 'server' || field === 'client');
  return (
    <div className="sl-filters sl-sessionbar" role="toolbar" aria-label="Sessions and timelines">
      <fieldset className="sl-segments">
        <legend className="sl-hidden">Status</legend>
        {STATUSES.map(([status, word]) => (
          <label key={status} className="sl-segment">
            <input
              type="radio"
              name={name}
              className="sl-hidden"
              checked={view.status === status}
              onChange={() => setView({ status })}
            />
            {word}
          </label>
        ))}
      </fieldset>
      <div className="sl-filters__menus">
        <FilterMenu field="server" />
        <FilterMenu field="client" />
      </div>
      <div className="sl-filters__end">
        <Button
          small
          aria-pressed={look.clock}
          title="Clock times instead of seconds since the session began"
          onClick={() => onLook({ ...look, clock: !look.clock })}
        >
          <span>
            Clock<span className="sl-wide"> times</span>
          </span>
        </Button>
        <Button
          small
          aria-pressed={look.showsQuiet}
          title="Server logs and notifications in their place"
          onClick={() => onLook({ ...look, showsQuiet: !look.showsQuiet })}
        >
          <span>
            Logs<span className="sl-wide"> and notifications</span>
          </span>
        </Button>
      </div>
      {(chips.length > 0 || idle.length > 0) && (
        <div className="sl-filters__chips">
          {chips.map((chip) => (
            <Chip
              key={chip.label}
              label={chip.label}
              onRemove={() => setView({ filters: toggleValue(view.filters, chip.field, chip.value) })}
            />
          ))}
          {idle.length > 0 && (
            <span className="sl-muted">
              The event log's filters ({idle.join(', ')}) do not narrow sessions.{' '}
              <button
                type="button"
                className="sl-link"
                onClick={() =>
                  setView({
                    filters: { ...NO_FILTERS, server: view.filters.server, client: view.filters.client },
                  })
                }
              >
                Drop them
              </button>
            </span>
          )}
        </div>
      )}
    </div>
  );
}
