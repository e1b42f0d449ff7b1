/** The stack's figures as Markdown, and the run that makes them. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OPTIONS } from '../../proxy/src/config/options.ts';
import { findStack } from '../../scripts/stack/build.ts';
import { PROGRAMS } from '../../scripts/stack/programs.ts';
import { type Machine, readMachine } from './machine.ts';
import { renderPage } from './page.ts';
import { formatCount, formatTable } from './report.ts';
import { readSectionRun } from './section.ts';
import type { Road } from './stackProbe.ts';
import {
  BEHIND_MS_MAX,
  keepsUp,
  measureStack,
  type RateResult,
  type StackFigures,
  type StackPlan,
} from './stackRun.ts';
import { buildProxy } from './variants.ts';

const FULL: StackPlan = {
  visiblePerSecond: 200,
  probesPerSecond: 10,
  visibleMs: 60_000,
  rates: [250, 500, 750, 1_000, 1_250, 1_500, 2_000, 2_500, 3_000],
  rateMs: 30_000,
  volume: 100_000,
  volumePerSecond: 500,
};
const QUICK: StackPlan = {
  ...FULL,
  visibleMs: 10_000,
  rates: [250, 500],
  rateMs: 5_000,
  volume: 5_000,
};

/** To be reached at p99. */
const VISIBLE_MS_MAX: Readonly<Partial<Record<Road, number>>> = { loki: 3_000, tempoSearch: 6_000 };
const ROAD_NAMES: Readonly<Record<Road, string>> = {
  loki: 'Loki, by LogQL',
  tempoById: 'Tempo, by trace id',
  tempoSearch: 'Tempo, by TraceQL',
};
const SECTION = 'measured stack';
const DAY = 86_400;
/** `archive-max`, whose default is in GiB. */
const ARCHIVE_BYTES_MAX = Number.parseInt(OPTIONS['archive-max'].fallback, 10) * 2 ** 30;

/** `npm run bench -- --stack`; with `--quick` small, with `--write` into docs/performance.md and deploy/README.md. */
export async function runStack(
  args: readonly string[],
  pagePath: string,
  say: (line: string) => void,
): Promise<void> {
  const run = readSectionRun(args, '--stack', say);
  if (run === undefined) return;
  const { quick, write } = run;
  const binaries = findStack();
  if (typeof binaries === 'string') {
    say(binaries);
    process.exitCode = 1;
    return;
  }
  buildProxy();
  const figures = await measureStack(binaries, quick ? QUICK : FULL, say);
  const text = formatStack(figures, readMachine(), new Date().toISOString());
  const sizing = formatSizing(figures);
  console.log(`\n${text}\n\n${sizing}\n`);
  if (!write) return;
  const guidePath = path.join(path.dirname(pagePath), '..', 'deploy', 'README.md');
  for (const [file, part] of [
    [pagePath, text],
    [guidePath, sizing],
  ] as const) {
    writeFileSync(file, renderPage(readFileSync(file, 'utf8'), part, SECTION));
  }
  say('docs/performance.md and deploy/README.md are written');
}

export function formatStack(figures: StackFigures, machine: Machine, date: string): string {
  const { plan, visible, rates, parts, disk, loadBefore } = figures;
  return [
    `Measured ${date.slice(0, 10)} on ${machine.cores} cores of ${machine.cpu}, which the load generator shares; ` +
      `Node ${process.versions.node}, ${PROGRAMS.map(({ name, version }) => `${name} ${version}`).join(', ')}. ` +
      `Load of the machine before: ${loadBefore.toFixed(2)}.`,
    formatTable(
      [`at ${plan.visiblePerSecond} events/s, from event to found`, 'p50 ms', 'p99 ms', 'target p99', ''],
      visible.map(({ road, p50Ms, p99Ms, probes, missing }) => {
        const target = VISIBLE_MS_MAX[road];
        const met = missing === 0 && (target === undefined || p99Ms <= target);
        const verdict = target === undefined && missing === 0 ? '' : met ? 'met' : '**missed**';
        return [
          `${ROAD_NAMES[road]}${missing === 0 ? '' : ` (${missing} of ${probes} never)`}`,
          formatCount(p50Ms),
          formatCount(p99Ms),
          formatCount(target),
          verdict,
        ];
      }),
    ),
    formatTable(
      [
        `requests/s for ${plan.rateMs / 1_000} s`,
        'requests',
        'unanswered',
        'p99 of answers, ms',
        'everything in Loki and Tempo after',
      ],
      rates.map(({ perSecond, requests, unanswered, answerP99Us, behindMs }) => [
        formatCount(perSecond),
        formatCount(requests),
        formatCount(unanswered),
        (answerP99Us / 1_000).toFixed(1),
        behindMs === undefined ? 'not within three minutes' : `${(behindMs / 1_000).toFixed(1)} s`,
      ]),
    ),
    `Kept up with (nothing missing, at most ${BEHIND_MS_MAX / 1_000} s behind): ${sustained(rates)}.`,
    formatTable(
      [`after ${formatCount(plan.volume)} requests at ${plan.volumePerSecond}/s`, 'resident', 'peak'],
      parts.map(({ name, memory }) => [name, mega(memory.residentBytes), mega(memory.residentPeakBytes)]),
    ),
    formatTable(
      ['bytes on disk a request', ''],
      [
        ["the proxy's archive, with payloads", formatCount(disk.archive)],
        ['Loki: event, payload and session records', formatCount(disk.loki)],
        ['Tempo: two spans', formatCount(disk.tempo)],
      ],
    ),
  ].join('\n\n');
}

/** What a deployment needs, from the same figures: disk by requests a day, memory of each part. */
export function formatSizing({ plan, parts, disk }: StackFigures): string {
  const days = 30;
  return [
    `Calls with a short request and answer (about 1 KB together), payloads kept, ${days} days:`,
    formatTable(
      ['requests a day', 'a second, on average', 'Loki', 'Tempo', "the proxy's archive"],
      [10_000, 100_000, 1_000_000, 10_000_000].map((perDay) => [
        formatCount(perDay),
        perDay / DAY < 1 ? (perDay / DAY).toFixed(1) : formatCount(perDay / DAY),
        ...[disk.loki, disk.tempo].map((bytes) => giga(bytes * perDay * days)),
        archiveOf(disk.archive * perDay * days),
      ]),
    ),
    `Memory after ${formatCount(plan.volume)} requests at ${plan.volumePerSecond}/s: ${parts
      .map(({ name, memory }) => `${name} ${mega(memory.residentBytes)}`)
      .join(', ')}.`,
  ].join('\n\n');
}

function sustained(rates: readonly RateResult[]): string {
  const kept = rates.filter(keepsUp);
  const best = kept.at(-1);
  if (best === undefined) return 'none of these rates';
  const all = kept.length === rates.length;
  return `${formatCount(best.perSecond)} requests/s${all ? ', the highest that was tried' : ''}`;
}

const archiveOf = (bytes: number): string =>
  bytes < ARCHIVE_BYTES_MAX ? giga(bytes) : `${giga(ARCHIVE_BYTES_MAX)}, its bound`;
const mega = (bytes: number): string => `${formatCount(bytes / 1_000_000)} MB`;
const giga = (bytes: number): string =>
  bytes < 10e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${formatCount(bytes / 1e9)} GB`;
