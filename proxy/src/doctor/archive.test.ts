import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchive } from '../store/openArchive.ts';
import { START } from '../store/testing/archives.ts';
import { aCall } from '../testing/events.ts';
import { checkArchive } from './archive.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sightline-doctor-'));
  file = path.join(folder, 'archive.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Three calls, of which the receiver has accepted so many, and refused one for good if so said. */
function fill(accepted: number | undefined, refused = false): void {
  const opened = openArchive({ path: file, nowMs: START, ageMs: 0, bytesMax: 2 ** 40 });
  if (!opened.ok) throw new Error(opened.problem.reason);
  const { archive } = opened;
  archive.append([0, 1_000, 2_000].map((atMs) => aCall({ atMs })));
  if (accepted !== undefined) archive.moveCursor('logs', accepted);
  if (refused) archive.setAside('logs', 1, 'too old');
  archive.close();
}

const check = (laterMs = 5_000, exports = true) =>
  checkArchive({ path: file, exports, nowMs: START + laterMs });

describe('the outbox', () => {
  it.each([
    { why: 'delivered', accepted: 3, mark: 'ok', says: /^nothing waits$/ },
    { why: 'never exported', accepted: undefined, mark: 'ok', says: /^nothing was ever exported from it$/ },
    { why: 'on its way', accepted: 1, mark: 'ok', says: /^2 events wait, the oldest for 4\.00 s$/ },
    { why: 'on its way alone', accepted: 2, mark: 'ok', says: /^1 event waits, the oldest for / },
    { why: 'stuck', accepted: 1, laterMs: 3_600_000, mark: 'warning', says: /^2 events wait, .* 59 m 59 s$/ },
    { why: 'without a receiver', accepted: 1, exports: false, mark: 'warning', says: /^2 events wait/ },
    {
      why: 'refused',
      accepted: 3,
      refused: true,
      mark: 'warning',
      says: /^nothing waits; 1 record was refused for good$/,
    },
  ])('$why', ({ accepted, refused, laterMs, exports, mark, says }) => {
    fill(accepted, refused);
    const found = check(laterMs, exports).find((one) => one.check === 'outbox');
    expect(found?.mark).toBe(mark);
    expect(found?.found).toMatch(says);
  });
});

describe('the archive', () => {
  it('that is not there yet is no problem, and of one out of reach nothing is claimed', () => {
    expect(check()).toMatchObject([{ check: 'archive', mark: 'ok' }]);
    symlinkSync(file, file);
    expect(check()).toEqual([]);
  });

  it('that others may read is warned of', () => {
    fill(3);
    chmodSync(file, 0o644);
    expect(check().map(({ mark }) => mark)).toEqual(['ok', 'warning', 'ok']);
  });

  it('that was found damaged while it was in use is a problem until the next start', () => {
    fill(3);
    writeFileSync(`${file}.damaged`, '');
    expect(check()[0]).toMatchObject({
      mark: 'problem',
      advice: expect.stringContaining('sets the file aside'),
    });
  });
});
