/** The panel's figures as Markdown, and the run that makes them. */
import { findStack } from '../../scripts/stack/build.ts';
import { type Machine, readMachine } from './machine.ts';
import { measurePanel, type PanelFigures } from './panelRun.ts';
import { readSectionRun, writeSection } from './section.ts';

const CALLS = 100_000;
const ROUNDS = 9;

/** `npm run bench -- --panel`; with `--quick` small and twice. */
export async function runPanel(
  args: readonly string[],
  pagePath: string,
  say: (line: string) => void,
): Promise<void> {
  const run = readSectionRun(args, '--panel', say);
  if (run === undefined) return;
  const { quick, write } = run;
  const missing = findStack();
  if (typeof missing === 'string') {
    say(missing);
    process.exitCode = 1;
    return;
  }
  const figures = await measurePanel(quick ? 5_000 : CALLS, quick ? 2 : ROUNDS, say);
  const text = formatPanel(figures, readMachine(), new Date().toISOString());
  console.log(`\n${text}\n`);
  if (!write) return;
  writeSection(pagePath, text, 'measured panel', say);
}

export function formatPanel({ calls, events, times }: PanelFigures, machine: Machine, date: string): string {
  const rows = times.map(({ name, target, p50, worst }) => {
    const judged =
      target === undefined ? ['', ''] : [target.toLocaleString('en'), p50 <= target ? 'met' : '**missed**'];
    return `| ${[name, p50.toFixed(0), worst.toFixed(0), ...judged].join(' | ')} |`;
  });
  return [
    `Measured ${date.slice(0, 10)} on ${machine.cores} cores of ${machine.cpu}: ${calls.toLocaleString('en')} calls, ` +
      `${events.toLocaleString('en')} records in two hours, in the Loki and Tempo of \`npm run stack\`. From the question to ` +
      'the rows as a view gets them, through frames as Grafana makes them; Grafana itself and drawing are not in it.',
    '',
    '| question | p50 ms | worst ms | target ms | |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
