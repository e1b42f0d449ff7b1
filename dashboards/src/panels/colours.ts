/**
 * Colours by meaning, the same on every dashboard: quiet where all is well, red for errors, amber for what was
 * refused or is getting bad, grey for what a client itself ended. By Grafana's names, so both themes suit.
 */
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Origin, Outcome } from '../../../proxy/src/contract/index.ts';

export const GOOD = 'semi-dark-green';
export const WARN = 'semi-dark-orange';
export const BAD = 'semi-dark-red';
export const QUIET = 'text';
export const MUTED = '#8e9199';
export const ACCENT = 'semi-dark-blue';

export const OUTCOME_COLOURS: Readonly<Record<Outcome, string>> = {
  ok: 'semi-dark-green',
  tool_error: 'semi-dark-red',
  rpc_error: 'light-red',
  http_error: 'dark-red',
  timeout: 'semi-dark-purple',
  interrupted: 'dark-purple',
  unanswered: 'light-purple',
  denied: 'semi-dark-orange',
  abandoned: '#8e9199',
  cancelled: '#b5b7bd',
};

export const ORIGIN_COLOURS: Readonly<Record<Origin, string>> = {
  upstream: 'semi-dark-red',
  proxy: 'semi-dark-purple',
  client: 'semi-dark-orange',
};

/** Limits from which on a value is getting bad, and is bad. */
export interface Limits {
  readonly warn: number;
  readonly bad: number;
}

/** Coloured from each limit on; below the first it keeps the colour of text. */
export function limits({ warn, bad }: Limits, calm: string = QUIET): ThresholdsConfigBuilder {
  return steps([
    { value: null, color: calm },
    { value: warn, color: WARN },
    { value: bad, color: BAD },
  ]);
}

/** The other way round: a value is bad below `bad` and well from `good` on. */
export function floors(bad: number, good: number): ThresholdsConfigBuilder {
  return steps([
    { value: null, color: BAD },
    { value: bad, color: WARN },
    { value: good, color: QUIET },
  ]);
}

export function calmly(): ThresholdsConfigBuilder {
  return steps([{ value: null, color: QUIET }]);
}

export function steps(of: { value: number | null; color: string }[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(of);
}
