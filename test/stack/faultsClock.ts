/** Proxies with a wall clock of their own: wrong from the start, or set while they run, as an operator sets one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const preloadUrl = new URL('faultsClockPreload.ts', import.meta.url).href;

export interface WrongClock {
  /** Environment of the proxy that is to have it. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it so far ahead of the real time; behind, when negative. In milliseconds. */
  set(aheadMs: number): void;
}

/** `folder` keeps how wrong it is. */
export function wrongClock(folder: string, aheadMs: number): WrongClock {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'ahead');
  const set = (ms: number): void => writeFileSync(file, String(ms));
  set(aheadMs);
  return { env: { NODE_OPTIONS: `--import ${preloadUrl}`, CLOCK_FILE: file }, set };
}
