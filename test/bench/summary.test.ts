import { describe, expect, it } from 'vitest';
import type { LoadResult } from './loadJob.ts';
import type { PhaseResult, RoundResult } from './measurement.ts';
import { renderPage } from './page.ts';
import { type PhaseName, phases, readPlan } from './plan.ts';
import { sumSelfTimes } from './profile.ts';
import { formatCount, formatTargets } from './report.ts';
import { countMissing, judgeTargets, summarizePhase, type VariantResult } from './summary.ts';
import type { VariantName } from './variants.ts';

const load: LoadResult = {
  requests: 100,
  handshakes: 1,
  inTime: 100,
  durationMs: 1_000,
  p50Us: 100,
  p90Us: 200,
  p99Us: 300,
  lateP99Us: 1,
  errors: 0,
  errorTexts: [],
};

function aPhase(cpuUs: number | undefined, p99Us = 300, missing?: number): PhaseResult {
  return { load: { ...load, p99Us }, cpuUs, missing };
}

function aVariant(
  name: VariantName,
  rounds: readonly PhaseResult[],
  soak?: VariantResult['soak'],
): VariantResult {
  const names = Object.keys(phases) as PhaseName[];
  const full = rounds.map((phase) => Object.fromEntries(names.map((each) => [each, phase])) as RoundResult);
  return { name, rounds: full, soak };
}

describe('summarizePhase', () => {
  it('takes the median over the rounds and adds up what is missing', () => {
    const variant = aVariant('sightline-export', [
      aPhase(50, 100, 0),
      aPhase(70, 900, 2),
      aPhase(60, 300, 1),
    ]);
    const summary = summarizePhase(variant, 'closed16');
    expect(summary.cpuUs).toBe(60);
    expect(summary.cpuSpreadUs).toEqual([50, 70]);
    expect(summary.p99Us).toBe(300);
    expect(summary.missing).toBe(3);
    expect(countMissing(variant)).toBe(21);
  });

  it('has no CPU and nothing missing where there is no proxy', () => {
    const summary = summarizePhase(aVariant('direct', [aPhase(undefined)]), 'closed16');
    expect(summary.cpuUs).toBeUndefined();
    expect(summary.missing).toBeUndefined();
    expect(summary.perSecond).toBe(100);
  });
});

describe('judgeTargets', () => {
  const soak = { ...aPhase(90, 300, 0), residentBytes: 219e6, residentPeakBytes: 230e6, losses: 0 };
  const results = [
    aVariant('hpm', [aPhase(100), aPhase(200)]),
    aVariant('sightline-bare', [aPhase(50, 100), aPhase(50, 100)]),
    aVariant('sightline-export', [aPhase(80, 140, 0), aPhase(160, 150, 0)], soak),
    aVariant('sightline-export-off', [aPhase(60), aPhase(120)]),
    aVariant('sightline-archive', [aPhase(200), aPhase(260)]),
    aVariant('sightline-archive-off', [aPhase(100), aPhase(160)]),
  ];

  it('judges each target by its own limit', () => {
    const targets = judgeTargets(results);
    expect(targets.map(({ measured }) => measured)).toEqual([0.8, 0.6, 1.45, 0, 0, 219, 110, 40]);
    expect(targets.map(({ met }) => met)).toEqual([false, true, true, true, true, true, true, true]);
  });

  it('a record too many is as wrong as one too few', () => {
    const doubled = { ...soak, missing: -1 };
    const targets = judgeTargets([aVariant('sightline-export', [aPhase(80, 140, -2)], doubled)]);
    expect(targets.filter(({ unit }) => unit === 'count').map(({ met }) => met)).toEqual([false, false]);
  });

  it('what did not run is not measured, and neither met nor missed', () => {
    const targets = judgeTargets([]);
    expect(targets.every(({ met, measured }) => met === undefined && measured === undefined)).toBe(true);
    expect(formatTargets(targets)).not.toContain('missed');
  });
});

describe('readPlan', () => {
  it('measures everything in five rounds by default', () => {
    expect(readPlan([])).toMatchObject({ rounds: 5, soakMs: 60_000, quick: false, write: false });
  });

  it.each([
    { args: ['--runs', '0'], says: '--runs' },
    { args: ['--only', 'hmp'], says: "'hmp'" },
    { args: ['--write', '--quick'], says: '--write' },
    { args: ['--write', '--only', 'hpm'], says: '--write' },
    { args: ['--write', '--runs', '3'], says: '--write' },
    { args: ['--fast'], says: '--fast' },
  ])('refuses $args', ({ args, says }) => {
    expect(readPlan(args)).toMatchObject({ problems: [expect.stringContaining(says)] });
  });
});

describe('renderPage', () => {
  it('replaces what was measured and keeps what people wrote', () => {
    const first = renderPage(undefined, 'one');
    const page = `${first}\n## What was tried\n\nThis and that.\n`;
    const second = renderPage(page, 'two');
    expect(second).toBe(page.replace('\none\n', '\ntwo\n'));
    expect(second).toContain('This and that.');
  });

  it('refuses a page without its marks instead of guessing a place', () => {
    expect(() => renderPage('# Performance\n', 'two')).toThrow('marks');
  });
});

it('what was not measured is a dash, never a zero', () => {
  expect(formatCount(undefined)).toBe('–');
  expect(formatCount(0)).toBe('0');
  expect(formatCount(12_345.6)).toBe('12,346');
});

describe('sumSelfTimes', () => {
  const frame = (functionName: string): { functionName: string; url: string; lineNumber: number } => ({
    functionName,
    url: '',
    lineNumber: 0,
  });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('start') },
      { id: 2, callFrame: frame('work') },
      { id: 3, callFrame: frame('(idle)') },
    ],
    samples: [1, 2, 3, 2, 2],
    timeDeltas: [0, 100, 10, 50, 20],
  };

  it('gives each sample the time until the next, and none to idling', () => {
    expect(sumSelfTimes(profile, 1_000)).toEqual([
      { name: 'start', selfUs: 100 },
      { name: 'work', selfUs: 30 },
    ]);
  });

  it('leaves out what came before the last part', () => {
    expect(sumSelfTimes(profile, 90)).toEqual([{ name: 'work', selfUs: 30 }]);
  });
});
