/** The time range: quick ones, or two moments from a calendar and two fields. */
import { lengthWords, QUICK_RANGES, rangeWords } from '../model/range.ts';
import { later } from './later.ts';
import { OptionList } from './OptionList.tsx';
import { Popover } from './Popover.tsx';
import { useAnswer } from './useAnswer.ts';
import { usePorts } from './ViewContext.tsx';

export function RangePicker() {
  const { view, setView, zone } = usePorts();
  const { range } = view;
  return (
    <Popover
      side="right"
      label="Time range"
      button={{
        look: 'framed',
        icon: 'clock',
        children: <span className="sl-range__word">{rangeWords(range, zone)}</span>,
      }}
    >
      {(close) => (
        <div className="sl-range">
          <OptionList
            label="Quick ranges"
            options={QUICK_RANGES.map((ms) => ({
              value: String(ms),
              word: `Last ${lengthWords(ms)}`,
              chosen: range.kind === 'relative' && range.ms === ms,
            }))}
            onChoose={(value) => {
              setView({ range: { kind: 'relative', ms: Number(value) } });
              close();
            }}
          />
          <Exact close={close} />
        </div>
      )}
    </Popover>
  );
}

/** Few choose two moments: what that needs comes with the first menu. */
function Exact({ close }: { close(): void }) {
  const part = useAnswer('', () => later(import('./ExactRange.tsx')));
  if (part.value) return <part.value.ExactRange close={close} />;
  return (
    <p role="status" className="sl-range__exact sl-muted">
      {part.failure ?? 'Loading…'}
    </p>
  );
}
