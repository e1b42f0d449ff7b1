/** Which columns stand in the event log, in which order rows run, and how high they are. */
import { COLUMNS, type Column, DEFAULT_COLUMNS } from '../model/columns.ts';
import { Button } from './Button.tsx';
import { OptionList } from './OptionList.tsx';
import { Popover } from './Popover.tsx';
import { usePorts } from './ViewContext.tsx';

export function RowsMenu({ left }: { readonly left: readonly Column[] }) {
  const { view, setView } = usePorts();
  const choose = (id: string) => {
    const columns = COLUMNS.map((column) => column.id).filter((one) =>
      one === id ? !view.columns.includes(one) : view.columns.includes(one),
    );
    if (columns.length > 0) setView({ columns }, 'replace');
  };
  return (
    <Popover
      side="right"
      label="Columns and rows"
      button={{ small: true, icon: 'columns', children: 'Columns' }}
    >
      {() => (
        <>
          <OptionList
            label="Columns"
            multiple
            options={COLUMNS.map((column) => ({
              value: column.id,
              word: column.title,
              chosen: view.columns.includes(column.id),
              note: left.some((one) => one.id === column.id) ? 'no room here' : undefined,
            }))}
            onChoose={choose}
          />
          <div className="sl-rowsmenu">
            <Button
              small
              aria-pressed={view.order === 'newestFirst'}
              onClick={() =>
                setView({ order: view.order === 'newestFirst' ? 'newestLast' : 'newestFirst' }, 'replace')
              }
            >
              Newest first
            </Button>
            <Button
              small
              aria-pressed={view.compact}
              onClick={() => setView({ compact: !view.compact }, 'replace')}
            >
              Compact rows
            </Button>
            <Button small onClick={() => setView({ columns: DEFAULT_COLUMNS }, 'replace')}>
              Usual columns
            </Button>
          </div>
        </>
      )}
    </Popover>
  );
}
