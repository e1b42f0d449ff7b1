/** Archives of our own: what is written is read again, and is the same each time. */
import { expect, it } from 'vitest';
import { readZip, writeZip } from './zip.ts';

const files = [
  { name: 'plugin/b.txt', bytes: Buffer.from('second\n') },
  { name: 'plugin/img/ä.svg', bytes: Buffer.alloc(70_000, '<svg/>') },
  { name: 'plugin/a.txt', bytes: Buffer.alloc(0) },
];

it('what is written is read again, as files that nobody may execute', () => {
  const read = readZip(writeZip(files));
  expect(read.map(({ name }) => name)).toEqual(['plugin/a.txt', 'plugin/b.txt', 'plugin/img/ä.svg']);
  expect(read.map(({ bytes }) => bytes.length)).toEqual([0, 7, 70_000]);
  expect(read[1]?.bytes.toString()).toBe('second\n');
  expect(new Set(read.map(({ mode }) => mode))).toEqual(new Set([0o100644]));
});

it('the order of the files is nothing to its bytes', () => {
  expect(writeZip([...files].reverse())).toEqual(writeZip(files));
});

it('a damaged archive is told from a whole one', () => {
  const archive = writeZip(files);
  const damaged = Buffer.from(archive);
  // In the data of the second file, behind its head of 30 bytes and its name.
  const at = archive.indexOf('plugin/b.txt') + 'plugin/b.txt'.length + 1;
  damaged.writeUInt8(archive.readUInt8(at) ^ 0x01, at);
  expect(() => readZip(damaged)).toThrow();
  expect(() => readZip(archive.subarray(0, -1))).toThrow('no ZIP archive');
});
