/** Filters of the event log: a menu for each field, what is chosen as chips, and how the rows are shown. */
import { useState } from 'react';
import type { Column } from '../model/columns.ts';
import {
  chipsOf,
  FIELD_WORDS,
  hasFilters,
  MENU_FIELDS,
  type MenuField,
  menuRows,
  toggleValue,
} from '../model/filters.ts';
import { formatCount } from '../model/format.ts';
import { resolveRange } from '../model/range.ts';
import { NO_FILTERS } from '../model/viewState.ts';
import { Button } from './Button.tsx';
import { Chip } from './Chip.tsx';
import { OptionList } from './OptionList.tsx';
import { Popover } from './Popover.tsx';
import { RowsMenu } from './RowsMenu.tsx';
import { useAnswer } from './useAnswer.ts';
import { usePorts } from './ViewContext.tsx';

export function FilterBar({ left }: { readonly left: readonly Column[] }) {
  const { view, setView } = usePorts();
  const chips = chipsOf(view.filters);
  return (
    <div className="sl-filters" role="toolbar" aria-label="Filters">
      <div className="sl-filters__menus">
        {MENU_FIELDS.map((field) => (
          <FilterMenu key={field} field={field} />
        ))}
      </div>
      <div className="sl-filters__end">
        <RowsMenu left={left} />
      </div>
      {chips.length > 0 && (
        <div className="sl-filters__chips">
          {chips.map((chip) => (
            <Chip
              key={chip.label}
              label={chip.label}
              onRemove={() => setView({ filters: toggleValue(view.filters, chip.field, chip.value) })}
            />
          ))}
          {hasFilters(view) && (
            <Button small onClick={() => setView({ filters: NO_FILTERS, q: '' })}>
              Clear all
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

export function FilterMenu({ field }: { readonly field: MenuField }) {
  const { view } = usePorts();
  const chosen = view.filters[field].length;
  const word = FIELD_WORDS[field];
  const title = word.charAt(0).toUpperCase() + word.slice(1);
  return (
    <Popover
      label={`Filter by ${word}`}
      button={{
        look: 'plain',
        small: true,
        children: (
          <>
            {title}
            {chosen > 0 && <span className="sl-badge">{chosen}</span>}
          </>
        ),
      }}
    >
      {() => <FilterOptions field={field} />}
    </Popover>
  );
}

function FilterOptions({ field }: { readonly field: MenuField }) {
  const { source, view, setView, now } = usePorts();
  const [range] = useState(() => resolveRange(view.range, now()));
  // Tools and the rest are those of the servers chosen; servers are always all of them.
  const server = field === 'server' ? [] : view.filters.server;
  const asked = { ...range, ...(server.length === 0 ? {} : { server }) };
  const answer = useAnswer(JSON.stringify(asked), (signal) => source.facets(asked, signal));
  const [known] = useState(() => source.knownValues?.(asked, field) ?? []);
  if (answer.failure !== undefined || (answer.value === undefined && known.length === 0)) {
    return (
      <p role={answer.failure === undefined ? 'status' : 'alert'} className="sl-muted">
        {answer.failure ?? 'Counting…'}
      </p>
    );
  }
  const rows = menuRows(answer.value, field, view.filters[field], known);
  return (
    <OptionList
      label={FIELD_WORDS[field]}
      multiple
      searchable={rows.length > 8}
      empty={`No ${FIELD_WORDS[field]} in this range.`}
      options={rows.map((row) => ({
        value: row.value,
        word: row.word,
        chosen: view.filters[field].includes(row.value),
        note:
          row.count === undefined ? (
            answer.value === undefined ? (
              '…'
            ) : (
              'not in range'
            )
          ) : (
            <Counts count={row.count} errors={field === 'outcome' ? 0 : row.errors} />
          ),
      }))}
      onChoose={(value) => setView({ filters: toggleValue(view.filters, field, value) })}
    />
  );
}

function Counts({ count, errors }: { readonly count: number; readonly errors: number }) {
  return (
    <>
      {errors > 0 && (
        <span className="sl-tone" data-tone="error" title={`${formatCount(errors)} of them errors`}>
          {formatCount(errors)} ✕{' '}
        </span>
      )}
      {formatCount(count)}
    </>
  );
}
