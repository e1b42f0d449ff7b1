/** The column headers of the sessions list; each sorts, a second press turns the order round. */
import type { SessionSort } from '../../model/source.ts';
import { Icon } from '../Icon.tsx';
import { usePorts } from '../ViewContext.tsx';

interface SessionColumn {
  readonly id: string;
  readonly title: string;
  /** How the source sorts by it. */
  readonly sort: SessionSort;
  readonly numeric?: true;
  /** The first press shows the greatest first. */
  readonly greatestFirst?: true;
}

/** In the order in which they stand; `sessions.css` has their widths. */
export const SESSION_COLUMNS: readonly SessionColumn[] = [
  { id: 'id', title: 'Session', sort: 'session' },
  { id: 'server', title: 'Server', sort: 'server' },
  { id: 'client', title: 'Client', sort: 'client' },
  { id: 'protocol', title: 'Protocol', sort: 'protocol' },
  { id: 'started', title: 'Started', sort: 'started', greatestFirst: true },
  { id: 'last', title: 'Last activity', sort: 'lastActivity', greatestFirst: true },
  { id: 'duration', title: 'Duration', sort: 'duration', numeric: true, greatestFirst: true },
  { id: 'calls', title: 'Calls', sort: 'calls', numeric: true, greatestFirst: true },
  { id: 'errors', title: 'Errors', sort: 'errors', numeric: true, greatestFirst: true },
  { id: 'status', title: 'Status', sort: 'status', greatestFirst: true },
  { id: 'tools', title: 'Tools', sort: 'tools', greatestFirst: true },
];

export function SessionHead() {
  const { view, setView } = usePorts();
  return (
    <div role="row" className="sl-session sl-session--head">
      {SESSION_COLUMNS.map(({ id, title, sort, numeric, greatestFirst = false }) => {
        const sorted = view.sort.by === sort;
        const direction = view.sort.descending ? 'descending' : 'ascending';
        return (
          <div
            key={id}
            role="columnheader"
            data-column={id}
            className={numeric ? 'sl-cell sl-cell--number' : 'sl-cell'}
            aria-sort={sorted ? direction : 'none'}
          >
            <button
              type="button"
              className="sl-session__sort"
              data-sorted={sorted ? '' : undefined}
              onClick={() =>
                setView({ sort: { by: sort, descending: sorted ? !view.sort.descending : greatestFirst } })
              }
            >
              {title}
              {sorted && <Icon name={view.sort.descending ? 'arrowDown' : 'arrowUp'} />}
            </button>
          </div>
        );
      })}
    </div>
  );
}
