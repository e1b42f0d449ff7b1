/** The figures above the sessions, each beside the period of the same length before. */
import type { Total, Totals } from 'sightline/contract';
import { formatCount, formatPercent, formatSeconds } from './format.ts';

export interface Indicator {
  readonly id: 'sessions' | 'active' | 'duration' | 'calls' | 'errors';
  /** Stands behind the value: `128 sessions`. */
  readonly label: string;
  readonly value: string;
  /** Something is wrong with it. */
  readonly alarming: boolean;
  readonly change: Change;
}

export interface Change {
  readonly direction: 'up' | 'down' | 'same';
  /** `12 % more than before`. */
  readonly words: string;
  /** The value before. */
  readonly before: string;
}

/** What a value that there is not is shown as; its reason stands beside it. */
const NONE = '–';
/** Where the period before had nothing: no arrow, because nothing rose. */
const NONE_BEFORE = 'none before';

export function indicatorsOf({ current, previous }: Totals): readonly Indicator[] {
  return [
    count('sessions', 'sessions', current.sessions, previous.sessions),
    count('active', 'active', current.activeSessions, previous.activeSessions),
    duration(current, previous),
    count('calls', 'calls', current.calls, previous.calls),
    errorRate(current, previous),
  ];
}

function count(id: Indicator['id'], label: string, now: number, before: number): Indicator {
  return {
    id,
    label,
    value: formatCount(now),
    alarming: false,
    change: { ...changeOf(now, before), before: formatCount(before) },
  };
}

function duration(current: Total, previous: Total): Indicator {
  const now = current.averageSessionDuration;
  const before = previous.averageSessionDuration;
  const change =
    now === undefined || before === undefined
      ? { direction: 'same' as const, words: now === undefined ? 'no sessions' : NONE_BEFORE }
      : changeOf(now, before, 'longer', 'shorter');
  return {
    id: 'duration',
    label: 'avg duration',
    value: now === undefined ? NONE : formatSeconds(now),
    alarming: false,
    change: { ...change, before: before === undefined ? NONE : formatSeconds(before) },
  };
}

function errorRate(current: Total, previous: Total): Indicator {
  const now = rateOf(current);
  const before = rateOf(previous);
  return {
    id: 'errors',
    label: 'errors',
    value: now === undefined ? NONE : formatPercent(now),
    alarming: current.errors > 0,
    change: { ...rateChange(now, before), before: before === undefined ? NONE : formatPercent(before) },
  };
}

function rateOf({ calls, errors }: Total): number | undefined {
  return calls === 0 ? undefined : errors / calls;
}

/** Rates differ in points: of 1 % to 2 % nobody should read "100 % more". */
function rateChange(now: number | undefined, before: number | undefined): Omit<Change, 'before'> {
  if (now === undefined) return { direction: 'same', words: 'no calls' };
  if (before === undefined) return { direction: 'same', words: NONE_BEFORE };
  const points = Math.round((now - before) * 1_000) / 10;
  if (points === 0) return { direction: 'same', words: 'as before' };
  const direction = points > 0 ? 'up' : 'down';
  const size = Math.abs(points);
  return {
    direction,
    words: `${size} ${size === 1 ? 'point' : 'points'} ${points > 0 ? 'higher' : 'lower'}`,
  };
}

function changeOf(now: number, before: number, more = 'more', less = 'fewer'): Omit<Change, 'before'> {
  if (now === before) return { direction: 'same', words: 'as before' };
  if (before === 0) return { direction: 'same', words: NONE_BEFORE };
  const direction = now > before ? 'up' : 'down';
  const share = Math.abs(now - before) / before;
  // Beyond threefold a factor is easier to read than a percentage.
  if (now / before >= 3) return { direction, words: `${(now / before).toFixed(1)} times as ${asMany(more)}` };
  return {
    direction,
    words: `${formatPercent(Math.round(share * 100) / 100)} ${now > before ? more : less}`,
  };
}

function asMany(more: string): string {
  return more === 'longer' ? 'long' : 'many';
}
