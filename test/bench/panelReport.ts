/** The panel's figures as Markdown, and the run that makes them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { findStack } from '../../scripts/stack/build.ts';
import { type Machine, readMachine } from './machine.ts';
import { renderPage } from './page.ts';
import { measurePanel, type PanelFigures } from './panelRun.ts';

const CALLS = 100_000;
const ROUNDS = 9;

/** `npm run bench -- --panel`; with `--quick` small and twice. */
export async function runPanel(
  args: readonly string[],
  pagePath: string,
  say: (line: string) => void,
): Promise<void> {
  const wrong = args.filter((arg) => !['--panel', '--quick', '--write'].includes(arg));
  const quick = args.includes('--quick');
  const write = args.includes('--write');
  if (wrong.length > 0 || (quick && write)) {
    say(
      wrong.length > 0
        ? `--panel goes with --quick or --write, not with ${wrong.join(' ')}`
        : '--write: not what --quick measured',
    );
    process.exitCode = 2;
    return;
  }
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
  const page = existsSync(pagePath) ? readFileSync(pagePath, 'utf8') : undefined;
  writeFileSync(pagePath, renderPage(page, text, 'measured panel'));
  say('docs/performance.md is written');
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
