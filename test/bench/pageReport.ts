/** The page's figures as Markdown, and the run that makes them. */
import path from 'node:path';
import { measurePage, SCRIPT_BYTES_MAX } from '../../scripts/build-page.ts';
import { ensureChromium } from '../../scripts/chromium.ts';
import { buildPage } from '../support/buildPage.ts';
import { type Machine, readMachine } from './machine.ts';
import { LATE_FRAME_MS, LONG_SESSION, measurePages, type PageFigures, TYPING_PAUSE_MS } from './pageRun.ts';
import { readSectionRun, writeSection } from './section.ts';

/** To be reached at p50, from click to drawn rows, by size of the archive. */
const DRAWN_MS_MAX: readonly { readonly calls: number; readonly ms: number }[] = [
  { calls: 100_000, ms: 150 },
  { calls: 1_000_000, ms: 1_000 },
];
const SESSION_MS_MAX = 300;
const SIZES = [100_000, 1_000_000];
const ROUNDS = 15;

/** `npm run bench -- --page`; with `--quick` small and twice, with `--small` without the largest archive. */
export async function runPage(
  args: readonly string[],
  pagePath: string,
  say: (line: string) => void,
): Promise<void> {
  const run = readSectionRun(args, '--page', say, ['--small']);
  if (run === undefined) return;
  const { quick, write } = run;
  const chromium = ensureChromium(say);
  if ('missing' in chromium) {
    say(chromium.missing);
    process.exitCode = 1;
    return;
  }
  buildPage();
  const sizes = quick ? [10_000] : args.includes('--small') ? SIZES.slice(0, 1) : SIZES;
  const figures: PageFigures[] = [];
  for (const calls of sizes) figures.push(await measurePages(chromium.path, calls, quick ? 2 : ROUNDS, say));
  const scriptBytes = measurePage(path.join('proxy', 'dist', 'page')).script;
  const text = formatPage(figures, scriptBytes, readMachine(), new Date().toISOString());
  console.log(`\n${text}\n`);
  if (!write) return;
  writeSection(pagePath, text, 'measured page', say);
}

/** @param scriptBytes Of the page's one script, compressed. */
export function formatPage(
  figures: readonly PageFigures[],
  scriptBytes: number,
  machine: Machine,
  date: string,
): string {
  const names = figures[0]?.times.map(({ name }) => name) ?? [];
  const head = figures.flatMap(({ calls }) => [`${calls.toLocaleString('en')}: p50 ms`, 'p99 ms']);
  const cells = (name: string): string[] =>
    figures.flatMap(({ times }) => {
      const found = times.find((one) => one.name === name);
      return found ? [found.p50.toFixed(0), found.p99.toFixed(0)] : ['–', '–'];
    });
  return [
    `Measured ${date.slice(0, 10)} on ${machine.cores} cores of ${machine.cpu}, without a graphics processor, ` +
      `Node ${process.versions.node}. A search waits ${TYPING_PAUSE_MS} ms for a pause in typing; that is taken off.`,
    '',
    `| act | ${head.join(' | ')} |`,
    `|---|${head.map(() => '---|').join('')}`,
    ...names.map((name) => `| ${name} | ${cells(name).join(' | ')} |`),
    '',
    ...figures.flatMap(judge),
    `Script: ${(scriptBytes / 1_000).toFixed(1)} KB compressed, target ${SCRIPT_BYTES_MAX / 1_000} KB: ${scriptBytes <= SCRIPT_BYTES_MAX ? 'met' : '**missed**'}.`,
  ].join('\n');
}

function judge({ calls, longCalls, times, frames }: PageFigures): string[] {
  const target = DRAWN_MS_MAX.find((row) => row.calls === calls);
  const count = calls.toLocaleString('en');
  const late = times.filter(
    ({ name, p50 }) => name !== LONG_SESSION && p50 > (target?.ms ?? Number.POSITIVE_INFINITY),
  );
  const session = times.find(({ name }) => name === LONG_SESSION);
  return [
    ...(target === undefined
      ? []
      : [
          `Target at ${count} requests, ${target.ms} ms at p50: ${late.length === 0 ? 'met by every act' : `missed by ${late.map(({ name }) => name).join('; ')}`}.`,
          '',
        ]),
    `Session of ${longCalls.toLocaleString('en')} calls among ${count} requests: drawn in ${session?.p50.toFixed(0)} ms, target ${SESSION_MS_MAX} ms; ` +
      `${frames.late} of ${frames.all} frames over ${LATE_FRAME_MS} ms while scrolling it, the longest ${frames.longestMs.toFixed(0)} ms.`,
    '',
  ];
}
