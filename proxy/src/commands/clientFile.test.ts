/** A client may write its file while we look at it; then it keeps what the client wrote. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readBackup, readClientFile, replaceText, writeBackup } from './clientFile.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'sightline-file-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function fileOf(bytes: string | Buffer) {
  const at = path.join(directory, 'mcp.json');
  writeFileSync(at, bytes);
  const read = readClientFile(at);
  if ('wrong' in read) throw new Error(read.wrong);
  return read.file;
}

it('is not written where somebody else has changed it since it was read', () => {
  const file = fileOf('{}');
  writeFileSync(file.path, '{"new": 1}');
  expect(replaceText(file, '{"ours": 1}')).toContain('changed by somebody else');
  expect(readFileSync(file.path, 'utf8')).toBe('{"new": 1}');
  expect(readdirSync(directory)).toEqual(['mcp.json']);
});

it('is read and written without a byte of difference', () => {
  const bytes = Buffer.from('\uFEFF{"a": "é\u2028😀\u0000"}\r\n');
  const file = fileOf(bytes);
  expect(readBackup(file)).toBeUndefined();
  expect([replaceText(file, file.text), writeBackup(file, file.text)]).toEqual([undefined, undefined]);
  expect(readFileSync(file.path).equals(bytes)).toBe(true);
  expect(readBackup(file)).toMatchObject({ file: { text: file.text } });
});
