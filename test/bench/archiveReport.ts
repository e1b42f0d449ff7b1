/** The archive's figures as Markdown, and the run that makes them. */
import { type ArchiveFigures, measureArchive } from './archiveRun.ts';
import { type Machine, readMachine } from './machine.ts';
import { readSectionRun, writeSection } from './section.ts';

/** To be reached: CPU of writing per request, and the time of an answer by size of the archive. */
const WRITING_US_MAX = { off: 45, redacted: 110 } as const;
const ANSWER_MS_MAX: readonly { readonly events: number; readonly ms: number }[] = [
  { events: 100_000, ms: 150 },
  { events: 1_000_000, ms: 1_000 },
];

const SIZES = [100_000, 1_000_000];
const ROUNDS = 20;

/** `npm run bench -- --archive`; with `--quick` small and once, with `--write` into docs/performance.md. */
export function runArchive(args: readonly string[], pagePath: string, say: (line: string) => void): void {
  const run = readSectionRun(args, '--archive', say);
  if (run === undefined) return;
  const { quick, write } = run;
  const figures = measureArchive(quick ? [10_000] : SIZES, quick ? 3 : ROUNDS, say);
  const text = formatArchive(figures, readMachine(), new Date().toISOString());
  console.log(`\n${text}\n`);
  if (!write) return;
  writeSection(pagePath, text, 'measured archive', say);
}

export function formatArchive(
  { sizes, written, asked }: ArchiveFigures,
  machine: Machine,
  date: string,
): string {
  const head = sizes.flatMap((size) => [`${size.toLocaleString('en')}: p50 ms`, 'p99 ms']);
  return [
    `Measured ${date.slice(0, 10)} on ${machine.cores} cores of ${machine.cpu}, Node ${process.versions.node}.`,
    '',
    '| writing | CPU µs a request | target | bytes on disk an event |',
    '|---|---|---|---|',
    ...written.map(
      ({ payloadMode, perRequest, bytesPerEvent }) =>
        `| payload-mode ${payloadMode} | ${perRequest.toFixed(1)} | ${WRITING_US_MAX[payloadMode]} | ${Math.round(bytesPerEvent)} |`,
    ),
    '',
    `| question, of all ${sizes.length > 1 ? 'that each archive has' : 'there is'} | ${head.join(' | ')} |`,
    `|---|${head.map(() => '---|').join('')}`,
    ...asked.map(
      ({ name, times }) =>
        `| ${name} | ${times.map(({ p50, p99 }) => `${p50.toFixed(1)} | ${p99.toFixed(1)}`).join(' | ')} |`,
    ),
    '',
    ...ANSWER_MS_MAX.flatMap(({ events, ms }) => judge({ sizes, written, asked }, events, ms)),
  ].join('\n');
}

function judge({ sizes, asked }: ArchiveFigures, events: number, ms: number): string[] {
  const at = sizes.indexOf(events);
  if (at < 0) return [];
  const late = asked.filter(({ times }) => (times[at]?.p99 ?? 0) > ms).map(({ name }) => name);
  const verdict = late.length === 0 ? 'every answer, at p99' : `missed by ${late.join('; ')}`;
  return [`Target at ${events.toLocaleString('en')} requests, ${ms} ms: ${verdict}.`, ''];
}
