/** What the runs of one section of docs/performance.md share: their words, and writing what they measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { renderPage, type Section } from './page.ts';

export interface SectionRun {
  readonly quick: boolean;
  readonly write: boolean;
}

/**
 * Reads the words after `npm run bench --`. Undefined when they are wrong, which has been said then.
 *
 * @param flag The word that asks for this run.
 * @param own Words of this run besides `--quick` and `--write`.
 */
export function readSectionRun(
  args: readonly string[],
  flag: string,
  say: (line: string) => void,
  own: readonly string[] = [],
): SectionRun | undefined {
  const words = ['--quick', ...own];
  const wrong = args.filter((arg) => ![flag, ...words, '--write'].includes(arg));
  const quick = args.includes('--quick');
  const write = args.includes('--write');
  if (wrong.length === 0 && !(quick && write)) return { quick, write };
  say(
    wrong.length > 0
      ? `${flag} goes with ${words.join(', ')} or --write, not with ${wrong.join(' ')}`
      : '--write: not what --quick measured',
  );
  process.exitCode = 2;
  return undefined;
}

/** Writes a part of docs/performance.md anew. @throws when the page exists without the part's marks. */
export function writeSection(
  pagePath: string,
  text: string,
  section: Section,
  say: (line: string) => void,
): void {
  const page = existsSync(pagePath) ? readFileSync(pagePath, 'utf8') : undefined;
  writeFileSync(pagePath, renderPage(page, text, section));
  say('docs/performance.md is written');
}
