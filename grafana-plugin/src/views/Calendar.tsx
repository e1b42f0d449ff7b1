/** One month of days: arrow keys move by day and week, PageUp and PageDown by month, Enter chooses. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import {
  addDays,
  addMonths,
  compareDays,
  type Day,
  dayWords,
  monthWords,
  spellDay,
  weeksOf,
} from '../model/calendar.ts';
import { Button } from './Button.tsx';

const WEEKDAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;

export interface CalendarProps {
  readonly from: Day | undefined;
  readonly to: Day | undefined;
  readonly today: Day;
  readonly end: 'from' | 'to';
  onChoose(day: Day): void;
}

export function Calendar({ from, to, today, end, onChoose }: CalendarProps) {
  const [current, setCurrent] = useState<Day>(to ?? today);
  const grid = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    grid.current?.querySelector<HTMLElement>(`[data-day="${spellDay(current)}"]`)?.focus();
  }, [current]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyTarget(event.key, current);
    if (next === undefined) return;
    moved.current = true;
    setCurrent(next);
    event.preventDefault();
  };
  return (
    <div className="sl-calendar">
      <div className="sl-calendar__head">
        <Button
          icon="chevronLeft"
          name="Month before"
          small
          onClick={() => setCurrent(addMonths(current, -1))}
        />
        <span aria-live="polite">{monthWords(current)}</span>
        <Button
          icon="chevronRight"
          name="Next month"
          small
          onClick={() => setCurrent(addMonths(current, 1))}
        />
      </div>
      <div
        ref={grid}
        role="grid"
        aria-label={`${monthWords(current)}: choose where the range ${end === 'from' ? 'begins' : 'ends'}`}
        onKeyDown={onKeyDown}
      >
        <div role="row" className="sl-calendar__week sl-muted">
          {WEEKDAYS.map((weekday) => (
            <span key={weekday} role="columnheader">
              {weekday}
            </span>
          ))}
        </div>
        {weeksOf(current).map((week) => (
          <div key={spellDay(week[0] ?? current)} role="row" className="sl-calendar__week">
            {week.map((day) => {
              const isEnd = isDay(day, from) || isDay(day, to);
              const within =
                from !== undefined &&
                to !== undefined &&
                compareDays(day, from) >= 0 &&
                compareDays(day, to) <= 0;
              return (
                <div key={spellDay(day)} role="gridcell" aria-selected={within}>
                  <button
                    type="button"
                    className="sl-calendar__day"
                    data-day={spellDay(day)}
                    data-within={within ? '' : undefined}
                    data-end={isEnd ? '' : undefined}
                    data-other={day.month === current.month ? undefined : ''}
                    aria-label={dayWords(day)}
                    aria-current={isDay(day, today) ? 'date' : undefined}
                    tabIndex={isDay(day, current) ? 0 : -1}
                    onClick={() => {
                      setCurrent(day);
                      onChoose(day);
                    }}
                  >
                    {day.day}
                  </button>
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

function isDay(a: Day, b: Day | undefined): boolean {
  return b !== undefined && compareDays(a, b) === 0;
}

function keyTarget(key: string, current: Day): Day | undefined {
  if (key === 'ArrowLeft') return addDays(current, -1);
  if (key === 'ArrowRight') return addDays(current, 1);
  if (key === 'ArrowUp') return addDays(current, -7);
  if (key === 'ArrowDown') return addDays(current, 7);
  if (key === 'PageUp') return addMonths(current, -1);
  if (key === 'PageDown') return addMonths(current, 1);
  return undefined;
}
