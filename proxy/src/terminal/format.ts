/**
 * Numbers, times and ids as a reader sees them. The same words and shapes as on the page: `42 ms`, `2.34 s`,
 * `1 m 05 s`; `340 B`, `1.9 kB`; ids shortened in the middle. Nothing here reads a clock or a locale.
 */

/** Seconds to three significant digits and a unit. */
export function formatSeconds(seconds: number): string {
  const milliseconds = seconds * 1_000;
  if (milliseconds < 0.95) return `${Math.max(0, milliseconds).toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
}

/** Decimal units: `340 B`, `1.9 kB`, `42 MB`. */
export function formatBytes(bytes: number): string {
  const power = [1e3, 1e6, 1e9, 1e12].filter((unit) => bytes >= unit * 0.9995).length;
  const value = bytes / 1_000 ** power;
  const unit = ['B', 'kB', 'MB', 'GB', 'TB'][power];
  return `${power === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** `10:08:48.300` from decimal nanoseconds since the epoch; `local` is the machine's zone. */
export function formatClock(timeNs: string, zone: 'local' | 'utc'): string {
  const date = new Date(Number(timeNs.slice(0, -6)));
  const parts =
    zone === 'utc'
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()]
      : [date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()];
  const [hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = parts;
  return `${pad(hours)}:${pad(minutes)}:${pad(seconds)}.${String(milliseconds).padStart(3, '0')}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** Beginning and end of an id: enough to tell two apart at a glance, and to find the whole one by. */
export function shortenId(id: string): string {
  const characters = [...id];
  if (characters.length <= 8) return id;
  return `${characters.slice(0, 4).join('')}…${characters.slice(-3).join('')}`;
}
