/** One value of a parameter, from text. Reading never guesses: what is not clearly right is said in words. */
import type { ParameterType, Sorting } from './parameters.ts';

/** The value, or what is wrong with it (completing `"x" …`). */
export type Reading = { readonly value: unknown } | { readonly wrong: string };

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

export function readValue(type: ParameterType, text: string, nowMs: number): Reading {
  switch (type.kind) {
    case 'time':
      return readTime(text, nowMs);
    case 'step':
      return readStep(text);
    case 'number': {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= type.min && value <= type.max) return { value };
      return { wrong: `is no whole number from ${type.min} to ${type.max}` };
    }
    case 'choice':
      return type.of.includes(text) ? { value: text } : { wrong: `is not one of ${type.of.join(', ')}` };
    case 'sort': {
      const by = text.replace(/^-/, '');
      if (!type.of.includes(by)) return { wrong: `is not one of ${type.of.join(', ')}, with or without -` };
      return { value: { by, descending: text.startsWith('-') } satisfies Sorting };
    }
    case 'text':
      return { value: text };
  }
}

/** Seconds instead of milliseconds are the usual mistake, and would silently mean January 1970. */
const SECONDS_MAX = 100_000_000_000;
/** The last moment that a JavaScript date can be (ECMA-262 §21.4.1.1). */
const TIME_MAX = 8_640_000_000_000_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** In a query a `+` that was not escaped arrives as a space. */
const MOMENT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:(Z)|([ +-])(\d{2}:\d{2}))$/;

function readTime(text: string, nowMs: number): Reading {
  const relative = /^now(?:-(\d{1,9})(ms|s|m|h|d|w))?$/.exec(text);
  if (relative) return { value: nowMs - Number(relative[1] ?? 0) * (UNITS[relative[2] ?? 'ms'] ?? 1) };
  if (/^\d{1,16}(?:\.\d{1,9})?$/.test(text)) {
    const value = Number(text);
    if (value > TIME_MAX) return { wrong: 'is later than any date' };
    // 0 is how one says "from the beginning".
    if (value === 0 || value >= SECONDS_MAX) return { value };
    return { wrong: 'looks like seconds; times are Unix milliseconds' };
  }
  const moment = MOMENT.exec(text);
  const zone = moment?.[2] ?? `${moment?.[3] === '-' ? '-' : '+'}${moment?.[4]}`;
  const value = DAY.test(text) ? Date.parse(text) : moment ? Date.parse(`${moment[1]}${zone}`) : Number.NaN;
  if (!Number.isNaN(value)) return { value };
  return {
    wrong:
      'is no time; write Unix milliseconds, ISO 8601 with its zone such as 2026-11-21T10:00:00Z, now, or now-15m (ms, s, m, h, d, w)',
  };
}

function readStep(text: string): Reading {
  const match = /^(\d{1,12})(ms|s|m|h|d|w)?$/.exec(text);
  const value = match ? Number(match[1]) * (UNITS[match[2] ?? 'ms'] ?? 1) : Number.NaN;
  if (value >= 1_000 && value <= TIME_MAX) return { value };
  return { wrong: 'is no length of at least a second; write milliseconds or a unit, such as 30s, 5m, 1h' };
}
