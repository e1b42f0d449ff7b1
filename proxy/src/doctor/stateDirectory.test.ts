import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStateDirectory } from './stateDirectory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sightline-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a file system of this machine may be found to be (memory, a container's layer) is not this test's subject. */
const check = async (directory: string, bytesMax = 1) =>
  (
    await checkStateDirectory(
      { directory, path: path.join(directory, 'archive.sqlite'), bytesMax },
      process.getuid?.(),
    )
  ).filter(({ found }) => !/tmpfs|layer of a container/.test(found));
const marks = async (directory: string, bytesMax?: number) =>
  (await check(directory, bytesMax)).map(({ mark }) => mark).filter((mark) => mark !== 'ok');

describe('the state directory', () => {
  it('that is not there yet is made at the first start, and not by looking', async () => {
    expect(await marks(path.join(folder, 'a/b/c'))).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is a file, or below one, is a problem', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    for (const directory of [file, path.join(file, 'below')]) {
      const [found] = await check(directory);
      expect(found).toMatchObject({ mark: 'problem', found: `${file} is a file` });
      expect(found?.advice).toContain('--state-dir');
    }
  });

  it('that cannot be reached is a problem of the user, not of Sightline', async () => {
    const loop = path.join(folder, 'loop');
    symlinkSync(loop, loop);
    const [found] = await check(path.join(loop, 'state'));
    expect(found).toMatchObject({ mark: 'problem', found: expect.stringMatching(/ reach \(ELOOP\)$/) });
    expect(found?.advice).toContain('--state-dir');
  });

  it('that everybody may write into is warned of', async () => {
    const open = path.join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(await check(open)).toMatchObject([{ mark: 'warning', advice: `chmod 700 ${open}` }]);
  });

  it('with less room than the archive may take is warned of', async () => {
    const [found] = await check(folder, Number.MAX_SAFE_INTEGER);
    expect(found?.mark).toBe('warning');
    expect(found?.advice).toContain('--archive-max');
    // What the archive takes already is no room that it needs. This one has no bytes on the disk, only a size.
    const size = 2 ** 42;
    writeFileSync(path.join(folder, 'archive.sqlite'), '');
    truncateSync(path.join(folder, 'archive.sqlite'), size);
    expect(await marks(folder, size)).toEqual([]);
  });
});
