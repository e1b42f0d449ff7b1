import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  parseCpuUs,
  parseMemory,
  parseShares,
  readCpuUs,
  readMemory,
  readShares,
  readThreadCpuUs,
} from './usage.ts';

describe('parseCpuUs', () => {
  it.each([
    { name: '(node)', why: 'the usual' },
    { name: '(my (odd) name)', why: 'a program may be called anything, brackets and spaces included' },
  ])('adds user and system time of $name', ({ name }) => {
    const stat = `4242 ${name} S 1 4242 4242 0 -1 4194560 9000 0 12 0 350 120 7 9 20 0 11 0 100 900 800`;
    expect(parseCpuUs(stat)).toBe(4_700_000);
  });
});

it('parseMemory reads resident and peak memory in bytes', () => {
  const status = 'Name:\tnode\nVmPeak:\t  900 kB\nVmHWM:\t    300 kB\nVmRSS:\t    200 kB\nThreads:\t11\n';
  expect(parseMemory(status)).toEqual({ residentBytes: 204_800, residentPeakBytes: 307_200 });
});

it('parseShares reads what is resident, what of it counts for this process, and what is its own', () => {
  const rollup =
    'Rss:  500 kB\nPss:  300 kB\nPss_Dirty: 9 kB\nShared_Clean: 240 kB\nPrivate_Clean:  60 kB\nPrivate_Dirty: 200 kB\n';
  expect(parseShares(rollup)).toEqual({
    residentBytes: 512_000,
    proportionalBytes: 307_200,
    privateBytes: 266_240,
  });
});

it.runIf(existsSync('/proc/self/stat'))(
  'a living process has used time and memory, in threads that have names',
  () => {
    expect(readCpuUs(process.pid)).toBeGreaterThan(0);
    expect(readMemory(process.pid).residentBytes).toBeGreaterThan(1_000_000);
    expect(readShares(process.pid).privateBytes).toBeGreaterThan(1_000_000);
    expect([...readThreadCpuUs(process.pid).keys()]).not.toContain('');
  },
);
