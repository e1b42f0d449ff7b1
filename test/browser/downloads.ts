/** Reads what an export put on the reader's disk. */
import { readFileSync } from 'node:fs';
import type { Download } from 'playwright-core';

export async function readDownload(
  download: Download,
): Promise<{ readonly name: string; readonly text: string }> {
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

/** Rows of RFC 4180 text; the first holds the column names. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g;
  for (const match of text.matchAll(cell)) {
    const [whole, quoted, plain = '', end] = match;
    if (whole === '') break;
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',' && end !== '') rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}
