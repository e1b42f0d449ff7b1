/** How columns of tables look, by what they hold. */
import { BAD, type Limits, MUTED, QUIET, WARN } from './colours.ts';

type Looks = Readonly<Record<string, unknown>>;

const TEXT_COLOUR = { 'custom.cellOptions': { type: 'color-text' } };

function thresholds(steps: readonly { readonly value: number | null; readonly color: string }[]): Looks {
  return { ...TEXT_COLOUR, thresholds: { mode: 'absolute', steps } };
}

export const count: Looks = { unit: 'locale', decimals: 0, 'custom.width': 80 };
/** A count by which a table is sorted: its title has an arrow beside it. */
export const sorted: Looks = { ...count, 'custom.width': 110 };
export const seconds: Looks = { unit: 's', 'custom.width': 85 };
export const bytes: Looks = { unit: 'bytes', 'custom.width': 95 };
export const share: Looks = { unit: 'percentunit', 'custom.width': 85 };

/** Coloured from each limit on. */
export const limited = (looks: Looks, { warn, bad }: Limits): Looks => ({
  ...looks,
  ...thresholds([
    { value: null, color: QUIET },
    { value: warn, color: WARN },
    { value: bad, color: BAD },
  ]),
});

/** Red from one on. */
export const failures: Looks = {
  ...count,
  ...thresholds([
    { value: null, color: QUIET },
    { value: 0.5, color: BAD },
  ]),
};

/** A share that shall be high. */
export const success = (limits: { readonly degraded: number; readonly down: number }): Looks => ({
  ...share,
  decimals: 1,
  ...thresholds([
    { value: null, color: BAD },
    { value: 1 - limits.down, color: WARN },
    { value: 1 - limits.degraded, color: QUIET },
  ]),
});

/** A number that stands for a word. */
export function worded(
  words: Readonly<Record<number, { readonly text: string; readonly color: string }>>,
  width = 110,
): Looks {
  const options = Object.fromEntries(
    Object.entries(words).map(([value, { text, color }], index) => [value, { text, color, index }]),
  );
  return { ...TEXT_COLOUR, mappings: [{ type: 'value', options }], 'custom.width': width };
}

export const muted: Looks = { ...TEXT_COLOUR, color: { mode: 'fixed', fixedColor: MUTED } };

/** A link out of a cell. */
export function linked(title: string, url: string): Looks {
  return { links: [{ title, url, targetBlank: false }] };
}
