/** Writes docs/options.md from the table of options; with `--check`, fails when the page is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { formatOptionsPage } from '../proxy/src/config/help.ts';

const PAGE = 'docs/options.md';
const wanted = formatOptionsPage();

if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, wanted);
  console.log(`${PAGE} written`);
} else if (readPage() !== wanted) {
  console.error(`${PAGE} is out of date: run npm run docs`);
  process.exitCode = 1;
} else {
  console.log(`${PAGE} is up to date`);
}

function readPage(): string | undefined {
  try {
    return readFileSync(PAGE, 'utf8');
  } catch {
    return undefined;
  }
}
