/** From rounds to what is reported: medians for each variant, and the targets judged. Pure. */
import type { RoundResult, SoakResult } from './measurement.ts';
import { type PhaseName, phases } from './plan.ts';
import { median, medianDifference, medianRatio, spread } from './statistics.ts';
import type { VariantName } from './variants.ts';

/** Results of one variant; `rounds` have the same order in every variant, a gap where it could not run. */
export interface VariantResult {
  readonly name: VariantName;
  readonly rounds: readonly RoundResult[];
  readonly soak: SoakResult | undefined;
}

export interface PhaseSummary {
  readonly cpuUs: number | undefined;
  /** Least and greatest of the rounds. */
  readonly cpuSpreadUs: readonly [number, number] | undefined;
  readonly perSecond: number | undefined;
  readonly p50Us: number | undefined;
  readonly p99Us: number | undefined;
  readonly lateP99Us: number | undefined;
  /** All rounds together; undefined where nothing is exported. */
  readonly missing: number | undefined;
}

export interface Target {
  readonly what: string;
  /** The most it may be, in the unit of `measured`. */
  readonly limit: number;
  readonly unit: 'ratio' | 'count' | 'MB' | 'µs';
  /** Undefined when a variant it needs did not run. */
  readonly measured: number | undefined;
  readonly met: boolean | undefined;
}

export function summarizePhase(result: VariantResult, phase: PhaseName): PhaseSummary {
  const rounds = result.rounds.map((round) => round[phase]);
  const cpu = rounds.flatMap(({ cpuUs }) => (cpuUs === undefined ? [] : [cpuUs]));
  const missing = rounds.flatMap(({ missing: each }) => (each === undefined ? [] : [each]));
  return {
    cpuUs: median(cpu),
    cpuSpreadUs: spread(cpu),
    perSecond: median(rounds.map(({ load }) => (load.inTime * 1_000) / load.durationMs)),
    p50Us: median(rounds.map(({ load }) => load.p50Us)),
    p99Us: median(rounds.map(({ load }) => load.p99Us)),
    lateP99Us: median(rounds.map(({ load }) => load.lateP99Us)),
    missing: missing.length === 0 ? undefined : missing.reduce((total, each) => total + each, 0),
  };
}

/** What proxy and archive may cost. */
export function judgeTargets(results: readonly VariantResult[]): readonly Target[] {
  const find = (name: VariantName): VariantResult | undefined => results.find((each) => each.name === name);
  const cpu = (name: VariantName): readonly (number | undefined)[] =>
    find(name)?.rounds.map(({ closed16 }) => closed16.cpuUs) ?? [];
  const p99 = (name: VariantName): readonly number[] =>
    find(name)?.rounds.map(({ open3000 }) => open3000.load.p99Us) ?? [];
  const soak = find('sightline-export')?.soak;
  const inRounds = find('sightline-export')?.rounds;
  return [
    judge(
      'CPU per request, exporting everything (payloads redacted) / http-proxy-middleware',
      0.75,
      'ratio',
      medianRatio(cpu('sightline-export'), cpu('hpm')),
    ),
    judge(
      'CPU per request, exporting with payload capture off / http-proxy-middleware',
      0.6,
      'ratio',
      medianRatio(cpu('sightline-export-off'), cpu('hpm')),
    ),
    judge(
      'p99 at 3,000/s open loop, exporting everything / observation switched off',
      1.5,
      'ratio',
      medianRatio(p99('sightline-export'), p99('sightline-bare')),
    ),
    judge(
      'requests without a record in the long run at 3,000/s, exporting everything',
      0,
      'count',
      soak?.missing === undefined ? undefined : Math.abs(soak.missing) + (soak.losses ?? 0),
    ),
    judge(
      'requests without a record in the rounds at 3,000/s, exporting everything',
      0,
      'count',
      inRounds?.reduce((total, { open3000 }) => total + Math.abs(open3000.missing ?? 0), 0),
    ),
    judge(
      'resident memory at the end of the long run, exporting everything',
      220,
      'MB',
      soak && soak.residentBytes / 1_000_000,
    ),
    judge(
      'CPU per request that keeping adds to exporting everything (payloads redacted)',
      110,
      'µs',
      medianDifference(cpu('sightline-archive'), cpu('sightline-export')),
    ),
    judge(
      'CPU per request that keeping adds with payload capture off',
      45,
      'µs',
      medianDifference(cpu('sightline-archive-off'), cpu('sightline-export-off')),
    ),
  ];
}

/** Requests that left no record, over all phases: at saturation a bounded queue may drop, and must say so. */
export function countMissing(result: VariantResult): number | undefined {
  const each = (Object.keys(phases) as PhaseName[]).flatMap((phase) => {
    const { missing } = summarizePhase(result, phase);
    return missing === undefined ? [] : [missing];
  });
  return each.length === 0 ? undefined : each.reduce((total, count) => total + count, 0);
}

function judge(what: string, limit: number, unit: Target['unit'], measured: number | undefined): Target {
  const met = measured === undefined ? undefined : unit === 'MB' ? measured < limit : measured <= limit;
  return { what, limit, unit, measured, met };
}
