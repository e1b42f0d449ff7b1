/** Two moments, from a calendar and two fields. */
import { useState } from 'react';
import { compareDays, type Day, dayOf, readMoment, spellDay } from '../model/calendar.ts';
import { formatTime, type Zone } from '../model/format.ts';
import { absoluteRange, resolveRange } from '../model/range.ts';
import type { Range } from '../model/source.ts';
import { Button } from './Button.tsx';
import { Calendar } from './Calendar.tsx';
import { usePorts } from './ViewContext.tsx';

export function ExactRange({ close }: { close(): void }) {
  const { view, setView, now, zone } = usePorts();
  const [initial] = useState(() => wholeSeconds(resolveRange(view.range, now())));
  const [from, setFrom] = useState(() => spellMoment(initial.from, zone));
  const [to, setTo] = useState(() => spellMoment(initial.to, zone));
  /** The next day chosen in the calendar is this end. */
  const [end, setEnd] = useState<'from' | 'to'>('from');
  const fromTime = readMoment(from, zone);
  const toTime = readMoment(to, zone);
  const chosen = fromTime === undefined || toTime === undefined ? undefined : absoluteRange(fromTime, toTime);
  const problem =
    fromTime === undefined || toTime === undefined
      ? 'Write both ends as 2026-11-20 10:08, seconds if you like.'
      : chosen === undefined
        ? 'The end must come after the beginning, and the beginning before 2262.'
        : undefined;

  const choose = (day: Day) => {
    if (end === 'from') {
      setFrom(`${spellDay(day)} 00:00`);
      if (toTime === undefined || compareDays(day, dayOf(toTime, zone)) > 0)
        setTo(`${spellDay(day)} 23:59:59.999`);
      setEnd('to');
      return;
    }
    // The earlier day is always the beginning, whichever was chosen first.
    if (fromTime !== undefined && compareDays(day, dayOf(fromTime, zone)) < 0)
      setFrom(`${spellDay(day)} 00:00`);
    else setTo(`${spellDay(day)} 23:59:59.999`);
    setEnd('from');
  };
  return (
    <form
      className="sl-range__exact"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen === undefined) return;
        setView({ range: chosen });
        close();
      }}
    >
      <Calendar
        from={fromTime === undefined ? undefined : dayOf(fromTime, zone)}
        to={toTime === undefined ? undefined : dayOf(toTime, zone)}
        today={dayOf(now(), zone)}
        end={end}
        onChoose={choose}
      />
      <label>
        From
        <input
          className="sl-input"
          value={from}
          onFocus={() => setEnd('from')}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label>
        To
        <input
          className="sl-input"
          value={to}
          onFocus={() => setEnd('to')}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      <p role="status" className="sl-range__problem sl-muted">
        {problem ?? `Times are ${zone ?? 'those of this machine'}.`}
      </p>
      <Button type="submit" look="accent" disabled={chosen === undefined}>
        Show this range
      </Button>
    </form>
  );
}

/** Nobody means milliseconds in "last hour"; a range chosen to the millisecond stays. */
function wholeSeconds({ from, to }: Range): Range {
  return to - from < 2_000
    ? { from, to }
    : { from: Math.floor(from / 1_000) * 1_000, to: Math.ceil(to / 1_000) * 1_000 };
}

/** As `readMoment` reads it, without what is zero. */
function spellMoment(time: number, zone: Zone): string {
  return formatTime(time, zone, 'withDate').replace(/(:00)?\.000$/, '');
}
