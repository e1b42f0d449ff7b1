/** Writes results as Markdown tables: the same text goes to the terminal and to docs/performance.md. Pure. */
import type { Machine } from './machine.ts';
import type { Plan } from './plan.ts';
import { soakRate } from './plan.ts';
import {
  countMissing,
  judgeTargets,
  type PhaseSummary,
  summarizePhase,
  type Target,
  type VariantResult,
} from './summary.ts';
import { variants } from './variants.ts';

export interface Report {
  /** ISO date of the run. */
  readonly date: string;
  readonly machine: Machine;
  readonly plan: Plan;
  readonly results: readonly VariantResult[];
  /** Variants that were not measured, with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

export function formatReport(report: Report): string {
  const { results, leftOut } = report;
  return [
    formatConditions(report),
    '### Targets',
    formatTargets(judgeTargets(results)),
    '### A call with a short answer',
    'CPU is user and system time of the whole proxy process, all its threads, per request (16 connections; least to greatest of the rounds in brackets). Latencies are in µs.',
    formatCalls(results),
    '### At a fixed rate of arrivals',
    'Latency in µs from the planned start. "Late" is the p99 by which the load generator itself sent later than planned.',
    formatOpen(results),
    '### A stream of five events, and a document of 50 KB',
    formatLarge(results),
    `### A long run: ${report.plan.soakMs / 1_000} s at ${formatCount(soakRate)}/s`,
    formatSoak(results),
    ...(leftOut.length === 0
      ? []
      : ['### Not measured', leftOut.map(({ name, reason }) => `- \`${name}\`: ${reason}`).join('\n')]),
  ].join('\n\n');
}

function formatConditions({ date, machine, plan, results }: Report): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const measured = variants.filter(({ name }) => results.some((result) => result.name === name));
  return [
    `Measured on ${date.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}.`,
    `Versions: ${versions.join(', ')}.`,
    `${plan.rounds} interleaved rounds, a fresh process for each variant in each; medians of the rounds, ratios taken within a round.`,
    '',
    '| variant | what it is |',
    '|---|---|',
    ...measured.map(({ name, what }) => `| \`${name}\` | ${what} |`),
  ].join('\n');
}

export function formatTargets(targets: readonly Target[]): string {
  return formatTable(
    ['target', 'at most', 'measured', ''],
    targets.map(({ what, limit, unit, measured, met }) => [
      what,
      unit === 'MB' ? `under ${limit} MB` : unit === 'µs' ? `${limit} µs` : String(limit),
      measured === undefined ? '–' : unit === 'ratio' ? measured.toFixed(2) : formatUnit(measured, unit),
      met === undefined ? 'not measured' : met ? 'met' : '**missed**',
    ]),
  );
}

function formatCalls(results: readonly VariantResult[]): string {
  const hpm = results.find(({ name }) => name === 'hpm');
  const yardstick = hpm && summarizePhase(hpm, 'closed16').cpuUs;
  return formatTable(
    [
      'variant',
      'CPU µs',
      'of hpm',
      'req/s 1',
      '16',
      '64',
      'p50 1',
      'p50 16',
      'p99 16',
      'p99 64',
      'no record',
    ],
    results.map((result) => {
      const [one, some, many] = (['closed1', 'closed16', 'closed64'] as const).map((phase) =>
        summarizePhase(result, phase),
      );
      const cpu = some?.cpuUs;
      return [
        `\`${result.name}\``,
        formatCpu(some),
        cpu === undefined || !yardstick ? '–' : (cpu / yardstick).toFixed(2),
        ...[one?.perSecond, some?.perSecond, many?.perSecond, one?.p50Us].map(formatCount),
        ...[some?.p50Us, some?.p99Us, many?.p99Us, countMissing(result)].map(formatCount),
      ];
    }),
  );
}

function formatOpen(results: readonly VariantResult[]): string {
  return formatTable(
    ['variant', '1,000/s p50', 'p99', '3,000/s p50', 'p99', 'late', 'CPU µs at 3,000/s', 'no record'],
    results.map((result) => {
      const slow = summarizePhase(result, 'open1000');
      const fast = summarizePhase(result, 'open3000');
      return [
        `\`${result.name}\``,
        ...[slow.p50Us, slow.p99Us, fast.p50Us, fast.p99Us, fast.lateP99Us].map(formatCount),
        formatCpu(fast),
        formatCount(fast.missing),
      ];
    }),
  );
}

function formatLarge(results: readonly VariantResult[]): string {
  return formatTable(
    ['variant', 'stream: CPU µs', 'req/s', 'p50', 'p99', 'document: CPU µs', 'req/s', 'p50', 'p99'],
    results.map((result) => [
      `\`${result.name}\``,
      ...(['stream', 'document'] as const).flatMap((phase) => {
        const summary = summarizePhase(result, phase);
        return [formatCpu(summary), ...[summary.perSecond, summary.p50Us, summary.p99Us].map(formatCount)];
      }),
    ]),
  );
}

function formatSoak(results: readonly VariantResult[]): string {
  const rows = results.flatMap(({ name, soak }) => {
    if (soak === undefined) return [];
    return [
      [
        `\`${name}\``,
        formatUnit(soak.residentBytes / 1_000_000, 'MB'),
        formatUnit(soak.residentPeakBytes / 1_000_000, 'MB'),
        formatCount(soak.cpuUs),
        ...[soak.load.p50Us, soak.load.p99Us, soak.load.requests, soak.missing, soak.losses].map(formatCount),
      ],
    ];
  });
  return formatTable(
    ['variant', 'resident', 'peak', 'CPU µs', 'p50', 'p99', 'requests', 'no record', 'loss records'],
    rows,
  );
}

function formatCpu(summary: PhaseSummary | undefined): string {
  const { cpuUs, cpuSpreadUs } = summary ?? {};
  if (cpuUs === undefined || cpuSpreadUs === undefined) return '–';
  const [least, greatest] = cpuSpreadUs;
  return `${formatCount(cpuUs)} (${formatCount(least)}–${formatCount(greatest)})`;
}

function formatUnit(value: number, unit: 'count' | 'MB' | 'µs'): string {
  return unit === 'count' ? formatCount(value) : `${formatCount(value)} ${unit}`;
}

/** Whole numbers with thousands parted; what was not measured is a dash, never a zero. */
export function formatCount(value: number | undefined): string {
  return value === undefined ? '–' : Math.round(value).toLocaleString('en-US');
}

export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
