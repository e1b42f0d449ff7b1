/** Looking at an archive: what is told of it, and that nothing of it changes, whoever else has it open. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCall } from '../testing/events.ts';
import { inspectArchive } from './inspectArchive.ts';
import { openArchive } from './openArchive.ts';
import { Database } from './sqlite.ts';
import { START } from './testing/archives.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-inspect-'));
  path = join(folder, 'archive.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

function open() {
  const opened = openArchive({ path, nowMs: START, ageMs: 0, bytesMax: 2 ** 40 });
  if (!opened.ok) throw new Error(opened.problem.reason);
  return opened.archive;
}

/** Every file with its bytes and when it was written; of the index beside a log, which is memory, only that it is there. */
function snapshot(): unknown {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const file = join(folder, name);
      if (name.endsWith('-shm')) return name;
      return [name, statSync(file).mtimeMs, readFileSync(file).toString('base64')];
    });
}

describe('inspectArchive', () => {
  it('tells how much there is and what waits, and leaves every file as it was', () => {
    const archive = open();
    archive.append([1, 2, 3].map((n) => aCall({ atMs: n * 1_000 })));
    archive.moveCursor('logs', 1);
    archive.moveCursor('traces', 3);
    archive.setAside('logs', 1, 'too old');
    archive.close();
    const before = snapshot();
    expect(inspectArchive(path)).toMatchObject({
      schema: 2,
      newestSchema: 2,
      events: 3,
      waiting: [
        { signal: 'logs', events: 2, oldestMs: START + 2_000 },
        { signal: 'traces', events: 0 },
      ],
      refused: 1,
      isInUse: false,
      faults: [],
      unread: [],
    });
    expect(snapshot()).toEqual(before);
  });

  it('sees what a running one has committed, disturbs it in nothing, and knows that it runs', () => {
    const archive = open();
    archive.append([aCall({ atMs: 0 })]);
    const before = snapshot();
    expect(inspectArchive(path)).toMatchObject({ events: 1, isInUse: true, faults: [] });
    expect(snapshot()).toEqual(before);
    archive.append([aCall({ atMs: 1_000 })]);
    expect(inspectArchive(path)).toMatchObject({ events: 2, isInUse: true });
    archive.close();
    expect(inspectArchive(path)).toMatchObject({ events: 2, isInUse: false });
  });

  it('finds pages that are broken', () => {
    const archive = open();
    archive.append([aCall({ atMs: 0 })]);
    archive.close();
    const db = new Database(path, { readOnly: true, busyMs: 0 });
    const root = Number(
      db.get("SELECT rootpage FROM sqlite_schema WHERE name = 'session_sequence'")?.['rootpage'],
    );
    const pageSize = Number(db.get('PRAGMA page_size')?.['page_size']);
    db.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(pageSize, 0xaa), 0, pageSize, (root - 1) * pageSize);
    closeSync(file);
    expect(inspectArchive(path).faults.length).toBeGreaterThan(0);
  });

  it.each([
    { sql: 'PRAGMA user_version = 99', trouble: 'newer' },
    { sql: 'PRAGMA application_id = 1', trouble: 'damaged' },
  ])('refuses a file after "$sql"', ({ sql, trouble }) => {
    open().close();
    const db = new Database(path, { readOnly: false, busyMs: 0 });
    db.exec(sql);
    db.close();
    expect(() => inspectArchive(path)).toThrow(expect.objectContaining({ trouble }));
  });
});
