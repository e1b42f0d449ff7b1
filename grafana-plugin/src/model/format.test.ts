/** Quantities read the same everywhere; the terminal prints the same shapes by code of its own. */
import { describe, expect, it } from 'vitest';
import {
  shortenId as terminalId,
  formatSeconds as terminalSeconds,
} from '../../../proxy/src/terminal/format.ts';
import {
  crossesMidnight,
  formatAgo,
  formatBytes,
  formatCount,
  formatCounted,
  formatOffset,
  formatPercent,
  formatSeconds,
  formatTime,
  formatTokens,
  shortenId,
} from './format.ts';

const MORNING = Date.UTC(2026, 10, 20, 10, 8, 48, 300);

describe('durations', () => {
  it.each([
    [0, '0.0 ms'],
    [0.000_01, '< 0.1 ms'],
    [0.000_4, '0.4 ms'],
    [0.042, '42 ms'],
    [0.999_6, '1.00 s'],
    [2.34, '2.34 s'],
    [16.2, '16.2 s'],
    [65, '1 m 05 s'],
    [59.97, '1 m 00 s'],
    [7_380, '2 h 03 m'],
    [86_399, '1 d 00 h'],
    [273_600, '3 d 04 h'],
  ])('%d s is %s', (seconds, said) => expect(formatSeconds(seconds)).toBe(said));

  it('are said as in the terminal, up to a day', () => {
    for (let seconds = 0.000_1; seconds < 80_000; seconds *= 1.37) {
      expect(formatSeconds(seconds)).toBe(terminalSeconds(seconds));
    }
  });

  it.each([
    [0, '+0.000'],
    [1.099, '+1.099'],
    [16.199, '+16.199'],
    [65, '+1:05.000'],
    [7_384.5, '+2:03:04.500'],
    [-0.25, '−0.250'],
  ])('%d s from the beginning is %s', (seconds, said) => expect(formatOffset(seconds)).toBe(said));
});

describe('amounts', () => {
  it.each([
    [340, '340 B'],
    [1_900, '1.9 kB'],
    [64_000, '64 kB'],
    [999_700, '1.0 MB'],
    [1_200_000, '1.2 MB'],
    [5e15, '5,000 TB'],
  ])('%d bytes are %s', (bytes, said) => expect(formatBytes(bytes)).toBe(said));

  it('counts are grouped, and agree with their noun', () => {
    expect(formatCount(4_211)).toBe('4,211');
    expect(formatCounted(1, 'loss', 'losses')).toBe('1 loss');
    expect(formatCounted(1_000_000, 'event')).toBe('1,000,000 events');
    expect(formatTokens(1_280)).toBe('≈ 1,280 tokens');
  });

  it.each([
    [1 / 3, '33.3 %'],
    [0.12, '12 %'],
    [0, '0 %'],
    [0.000_1, '< 0.1 %'],
    [-0.12, '-12 %'],
    [12, '1,200 %'],
  ])('a share of %d is %s', (share, said) => expect(formatPercent(share)).toBe(said));
});

describe('moments', () => {
  it('have milliseconds, and the date only where it is asked for', () => {
    expect(formatTime(MORNING, 'UTC')).toBe('10:08:48.300');
    expect(formatTime(MORNING, 'UTC', 'withDate')).toBe('2026-11-20 10:08:48.300');
    expect(formatTime(MORNING, 'Asia/Kolkata')).toBe('15:38:48.300');
  });

  it('never show the hour 24, and keep fractions of milliseconds out', () => {
    expect(formatTime(Date.UTC(2026, 0, 1) + 0.7, 'UTC')).toBe('00:00:00.000');
  });

  it('cross midnight by the reader’s calendar', () => {
    const evening = Date.UTC(2026, 10, 20, 22);
    expect(crossesMidnight(MORNING, evening, 'UTC')).toBe(false);
    expect(crossesMidnight(MORNING, evening, 'Europe/Istanbul')).toBe(true);
  });

  it('are far ago in one unit', () => {
    const ago = (seconds: number) => formatAgo(MORNING - seconds * 1_000, MORNING);
    expect([0.5, 17, 240, 11_000, 200_000].map(ago)).toEqual([
      'now',
      '17 s ago',
      '4 m ago',
      '3 h ago',
      '2 d ago',
    ]);
    expect(ago(-30), 'a clock that is behind').toBe('now');
  });
});

it('ids are shortened as in the terminal, and not through the middle of a character', () => {
  for (const id of ['7f3a9b2e4c21', 'short', '', '𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜𝒜']) expect(shortenId(id)).toBe(terminalId(id));
  expect(shortenId('7f3a9b2e4c21')).toBe('7f3a…c21');
});
