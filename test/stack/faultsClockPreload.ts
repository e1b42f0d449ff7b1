/**
 * Loaded with `--import` into a proxy: its wall clock is ahead of the real one by the milliseconds that stand in the
 * file named by CLOCK_FILE. The monotonic clock stays right, as that of a machine whose time is set.
 */
import { readFileSync } from 'node:fs';

const file = process.env['CLOCK_FILE'] ?? '';
const realNow = Date.now;
const readEveryMs = 100;
let aheadMs = 0;
let readAt = Number.NEGATIVE_INFINITY;

Date.now = () => {
  if (performance.now() - readAt > readEveryMs) {
    readAt = performance.now();
    // A file that is being written may be empty for a moment.
    aheadMs = Number(readFileSync(file, 'utf8') || aheadMs);
  }
  return realNow() + aheadMs;
};
