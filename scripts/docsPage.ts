/** What the generated pages of docs/ share: tables in Markdown, and writing a page or checking that it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`);
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A bar ends a cell even inside code. */
function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Writes the page; with `--check` among the arguments only compares it, and fails the process when it differs. */
export function writeOrCheckPage(page: string, wanted: string): void {
  if (!process.argv.includes('--check')) {
    writeFileSync(page, wanted);
    console.log(`${page} written`);
  } else if (readPage(page) !== wanted) {
    console.error(`${page} is out of date: run npm run docs`);
    process.exitCode = 1;
  } else {
    console.log(`${page} is up to date`);
  }
}

function readPage(page: string): string | undefined {
  try {
    return readFileSync(page, 'utf8');
  } catch {
    return undefined;
  }
}
