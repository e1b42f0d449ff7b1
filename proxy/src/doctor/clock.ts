/** Whether this machine's clock is right: what others say, whether it leaps, and which zone it is read in. */
import { bad, type Findings, good, warn } from './check.ts';

/** Somebody's `Date` header, and our clock around it; all Unix milliseconds. */
export interface ClockSight {
  readonly who: string;
  readonly dateMs: number | undefined;
  readonly askedMs: number;
  readonly answeredMs: number;
}

export interface OwnClock {
  readonly nowMs: number;
  /** How far the wall clock went beyond the monotonic one since the start, milliseconds. */
  readonly leapMs: number;
  /** As the environment names it (TZ); undefined when it does not. */
  readonly zoneGiven: string | undefined;
  /** What times are shown in. */
  readonly zone: string;
}

const APART_MS = 2_000;
const LEAP_MS = 500;
/** Sightline did not exist before. */
const FIRST_MS = Date.UTC(2026, 0, 1);
const NTP =
  'let it be kept by NTP (timedatectl set-ntp true, or chrony); in a container it is that of the machine';

export function checkClock(sights: readonly ClockSight[], own: OwnClock): Findings {
  return [checkTime(sights, own), ...checkZone(own)];
}

function checkTime(sights: readonly ClockSight[], { nowMs, leapMs, zone }: OwnClock) {
  if (nowMs < FIRST_MS) return bad('clock', `it says ${new Date(nowMs).toISOString()}`, `set it; ${NTP}`);
  if (Math.abs(leapMs) > LEAP_MS) {
    return warn('clock', `it leapt by ${seconds(leapMs)} while this ran`, `look at what sets it; ${NTP}`);
  }
  const compared = sights.flatMap((sight) => {
    const apart = apartMs(sight);
    return apart === undefined ? [] : [{ who: sight.who, apart }];
  });
  const worst = compared.toSorted((a, b) => Math.abs(b.apart) - Math.abs(a.apart))[0];
  if (worst === undefined) return good('clock', `nobody to compare it with; times are shown in ${zone}`);
  if (Math.abs(worst.apart) > APART_MS) {
    const how = worst.apart > 0 ? 'behind' : 'ahead of';
    return warn(
      'clock',
      `it is ${seconds(worst.apart)} ${how} that of ${worst.who}`,
      `one of the two is wrong; ${NTP}`,
    );
  }
  const who = [...new Set(compared.map((one) => one.who))].join(', ');
  return good('clock', `it agrees with that of ${who}; times are shown in ${zone}`);
}

/** How far theirs is ahead for certain: a `Date` is a whole second, and somewhere between question and answer. */
function apartMs({ dateMs, askedMs, answeredMs }: ClockSight): number | undefined {
  if (dateMs === undefined) return undefined;
  if (dateMs > answeredMs) return dateMs - answeredMs;
  return dateMs + 1_000 < askedMs ? dateMs + 1_000 - askedMs : 0;
}

function checkZone({ zoneGiven, zone }: OwnClock): Findings {
  if (zoneGiven === undefined || isZone(zoneGiven)) return [];
  return [
    warn(
      'time zone',
      `TZ is '${zoneGiven}', which nobody knows: times are shown in ${zone}`,
      'name one such as Europe/Berlin',
    ),
  ];
}

/** A leading colon is how POSIX spells that a file is meant. */
function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name.replace(/^:/, '') });
    return true;
  } catch {
    return /^[A-Za-z]{3,}[-+]?\d|^\//.test(name);
  }
}

function seconds(ms: number): string {
  return `${(Math.abs(ms) / 1_000).toFixed(1)} s`;
}
