/**
 * Numbers, times and ids as a reader sees them: the one place for the words and shapes of quantities. No clock and no
 * locale is read; the time zone is given. Durations come in seconds, as the contract has them; moments in Unix
 * milliseconds.
 */

/** IANA name of the reader's time zone; undefined is the machine's own. */
export type Zone = string | undefined;

/** `< 0.1 ms`, `0.4 ms`, `42 ms`, `2.34 s`, `16.2 s`, `1 m 05 s`, `2 h 03 m`, `3 d 04 h`. */
export function formatSeconds(seconds: number): string {
  const milliseconds = seconds * 1_000;
  if (milliseconds > 0 && milliseconds < 0.05) return '< 0.1 ms';
  if (milliseconds < 0.95) return `${Math.max(0, milliseconds).toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  const hours = Math.round(seconds / 3_600);
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/** Seconds since the beginning of something: `+0.000`, `+16.199`, `+1:05.000`, `+2:03:04.500`. */
export function formatOffset(seconds: number): string {
  const all = Math.round(Math.abs(seconds) * 1_000);
  const sign = seconds < 0 && all > 0 ? '−' : '+';
  const rest = `${String(Math.floor(all / 1_000) % 60)}.${String(all % 1_000).padStart(3, '0')}`;
  if (all < 60_000) return `${sign}${rest}`;
  const minutes = Math.floor(all / 60_000);
  const padded = rest.padStart(6, '0');
  if (minutes < 60) return `${sign}${minutes}:${padded}`;
  return `${sign}${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${padded}`;
}

/** Decimal units: `340 B`, `1.9 kB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  let value = bytes;
  for (const unit of ['kB', 'MB', 'GB', 'TB']) {
    value /= 1_000;
    if (value < 999.5 || unit === 'TB') {
      return `${value < 9.95 ? value.toFixed(1) : groupDigits(Math.round(value))} ${unit}`;
    }
  }
  return '';
}

/** An estimate, and said to be one: `≈ 1,280 tokens`. */
export function formatTokens(tokens: number): string {
  return `≈ ${groupDigits(Math.round(tokens))} ${Math.round(tokens) === 1 ? 'token' : 'tokens'}`;
}

/** `4,211`. */
export function formatCount(count: number): string {
  return groupDigits(Math.round(count));
}

/** `1 call`, `4,211 calls`. */
export function formatCounted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${Math.round(count) === 1 ? one : many}`;
}

/** Of a share between 0 and 1: `33.3 %`, `12 %`, `0 %`; `< 0.1 %` for what would round to nothing. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return '< 0.1 %';
  const text =
    Math.abs(percent) < 99.95 ? percent.toFixed(1).replace(/\.0$/, '') : groupDigits(Math.round(percent));
  return `${text} %`;
}

/** How far ago; only where nothing depends on it: `now`, `17 s ago`, `4 m ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.floor((now - time) / 1_000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** `10:08:48.300`, with the date before it when `date` says so. */
export function formatTime(time: number, zone: Zone, date: 'withDate' | 'timeOnly' = 'timeOnly'): string {
  const parts = partsOf(time, zone);
  const clock = `${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}.${String(parts.millisecond).padStart(3, '0')}`;
  return date === 'withDate' ? `${dateText(parts)} ${clock}` : clock;
}

/** `2026-11-20`. */
export function formatDate(time: number, zone: Zone): string {
  return dateText(partsOf(time, zone));
}

/** Whether two moments lie on different days of the reader's. */
export function crossesMidnight(from: number, to: number, zone: Zone): boolean {
  return formatDate(from, zone) !== formatDate(to, zone);
}

/** Beginning and end of an id: enough to tell two apart at a glance, and to find the whole one by. */
export function shortenId(id: string): string {
  const characters = [...id];
  if (characters.length <= 8) return id;
  return `${characters.slice(0, 4).join('')}…${characters.slice(-3).join('')}`;
}

/** A moment on the reader's calendar; `month` counts from 1. */
export interface CalendarParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

export function partsOf(time: number, zone: Zone): CalendarParts {
  const whole = Math.floor(time);
  const found: Record<string, number> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(whole)) found[type] = Number(value);
  return {
    year: found['year'] ?? 0,
    month: found['month'] ?? 1,
    day: found['day'] ?? 1,
    hour: found['hour'] ?? 0,
    minute: found['minute'] ?? 0,
    second: found['second'] ?? 0,
    // Every zone differs from UTC by whole seconds, so the milliseconds are the same everywhere.
    millisecond: ((whole % 1_000) + 1_000) % 1_000,
  };
}

function formatterOf(zone: Zone): Intl.DateTimeFormat {
  const key = zone ?? '';
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      ...(zone === undefined ? {} : { timeZone: zone }),
    });
    formatters.set(key, formatter);
  }
  return formatter;
}

function dateText(parts: CalendarParts): string {
  return `${String(parts.year).padStart(4, '0')}-${pad(parts.month)}-${pad(parts.day)}`;
}

function groupDigits(whole: number): string {
  return String(whole).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
