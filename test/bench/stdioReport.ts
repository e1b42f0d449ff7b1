/** The shim's figures as Markdown, and the run that makes them. */
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { type Machine, readMachine } from './machine.ts';
import { readSectionRun, writeSection } from './section.ts';
import { median, spread } from './statistics.ts';
import { measureStdio, type StdioFigures, type Times } from './stdioRun.ts';
import type { Shares } from './usage.ts';
import { buildProxy } from './variants.ts';

/** To be kept to: what the shim adds to a round trip and to a start, in milliseconds, and its memory in bytes. */
const TARGETS = { p50: 0.3, p99: 1.5, start: 150, memory: 60e6 } as const;

const FULL = { rounds: 7, calls: 2_500, starts: 15 };
const QUICK = { rounds: 1, calls: 500, starts: 3 };

/** `npm run bench -- --stdio`; with `--quick` short, with `--write` into docs/performance.md. */
export async function runStdioBench(
  args: readonly string[],
  pagePath: string,
  say: (line: string) => void,
): Promise<void> {
  const run = readSectionRun(args, '--stdio', say);
  if (run === undefined) return;
  if (!existsSync('/proc/self/smaps_rollup')) {
    say('memory is read from /proc, which only Linux has: nothing can be measured here');
    process.exitCode = 1;
    return;
  }
  buildProxy();
  const [load = 0] = loadavg();
  const figures = await measureStdio(run.quick ? QUICK : FULL, say);
  const text = formatStdio(figures, readMachine(), new Date().toISOString(), load);
  console.log(`\n${text}\n`);
  if (run.write) writeSection(pagePath, text, 'measured stdio', say);
}

/** @param load Processes that ran or wanted to in the minute before. */
export function formatStdio(
  { rounds, starts, memory, handful }: StdioFigures,
  machine: Machine,
  date: string,
  load: number,
): string {
  const times = (part: keyof Times) =>
    row(
      `round trip, ${part}`,
      rounds.map(({ direct }) => direct[part]),
      rounds.map(({ shim }) => shim[part]),
      TARGETS[part],
      2,
    );
  const resident = median(memory.map(({ residentBytes }) => residentBytes)) ?? 0;
  const own = median(memory.map(({ privateBytes }) => privateBytes)) ?? 0;
  return [
    `Measured ${date.slice(0, 10)} on ${machine.cores} cores of ${machine.cpu}, Node ${process.versions.node}. ` +
      `Load of the machine before: ${load.toFixed(2)}. Medians of ${rounds.length} rounds, differences taken within a ` +
      'round (least to greatest in brackets).',
    '',
    '| ms | direct | through the shim | added | target |  |',
    '|---|---|---|---|---|---|',
    times('p50'),
    times('p99'),
    row('from start to first answer', starts.direct, starts.shim, TARGETS.start, 0),
    '',
    `| MB of one process | shim after its calls | one of ${handful.count} shims | one of the ${handful.count} servers behind them |`,
    '|---|---|---|---|',
    memoryRow('resident', resident, handful, (one) => one.residentBytes),
    memoryRow('its share, what is shared divided', undefined, handful, (one) => one.proportionalBytes),
    memoryRow('its own', own, handful, (one) => one.privateBytes),
    '',
    `Target for a shim, ${TARGETS.memory / 1e6} MB: ${judge(resident, TARGETS.memory)} by what is resident, ` +
      `${judge(handful.shims.proportionalBytes, TARGETS.memory)} by its share.`,
  ].join('\n');
}

function row(
  name: string,
  direct: readonly number[],
  shim: readonly number[],
  target: number,
  digits: number,
): string {
  const added = shim.map((ms, at) => ms - (direct[at] ?? 0));
  const middle = median(added) ?? 0;
  const [least, most] = spread(added) ?? [0, 0];
  return `| ${[
    name,
    (median(direct) ?? 0).toFixed(digits),
    (median(shim) ?? 0).toFixed(digits),
    `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`,
    `under ${target}`,
    judge(middle, target),
  ].join(' | ')} |`;
}

function memoryRow(
  name: string,
  single: number | undefined,
  { shims, plain }: StdioFigures['handful'],
  of: (one: Shares) => number,
): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  return `| ${name} | ${single === undefined ? '–' : megabytes(single)} | ${megabytes(of(shims))} | ${megabytes(of(plain))} |`;
}

function judge(value: number, target: number): string {
  return value < target ? 'met' : '**missed**';
}
