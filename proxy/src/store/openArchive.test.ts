/** What can stand in the way of an archive, made real: each is told with what to do, and nothing is ever deleted. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Archive, ArchiveFault } from '../observation/archive.ts';
import { PARTING } from '../reading/fold.ts';
import { toolsKey } from '../reading/summaries.ts';
import { aCall, aPayload } from '../testing/events.ts';
import { openArchive } from './openArchive.ts';
import { openReader } from './openReader.ts';
import { MIGRATIONS, migrate, versionOf } from './schema.ts';
import { Database } from './sqlite.ts';
import { START } from './testing/archives.ts';

let folder: string;
let path: string;
const archives: Archive[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-open-'));
  path = join(folder, 'archive.sqlite');
});
afterEach(() => {
  for (const archive of archives.splice(0)) archive.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(bytesMax = 2 ** 40) {
  const opened = openArchive({ path, nowMs: START, ageMs: 0, bytesMax });
  if (opened.ok) archives.push(opened.archive);
  return opened;
}

function openWell(bytesMax?: number): Archive {
  const opened = open(bytesMax);
  if (!opened.ok) throw new Error(opened.problem.reason);
  return opened.archive;
}

function closeAll(): void {
  for (const archive of archives.splice(0)) archive.close();
}

/** Overwrites the file from an offset on. */
function scribble(at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

/** Names of all files with the rights that others than their owner have. */
function rightsOfOthers(): readonly (readonly [string, number])[] {
  return readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o077]);
}

describe('opening an archive', () => {
  // Windows has no such rights; there the user's own folder is what keeps others out.
  it.skipIf(process.platform === 'win32')('keeps its files from other users, also those it finds', () => {
    openWell().append([aCall()]);
    const names = ['archive.sqlite', 'archive.sqlite-shm', 'archive.sqlite-wal', 'archive.sqlite.lock'];
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(names));
    for (const [name, rights] of rightsOfOthers()) expect([name, rights]).toEqual([name, 0]);
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    closeAll();
    openWell().append([aCall()]);
    for (const [name, rights] of rightsOfOthers()) expect([name, rights]).toEqual([name, 0]);
  });

  it('makes the directory, and knows its instance again', () => {
    path = join(folder, 'a/b/archive.sqlite');
    const first = open();
    closeAll();
    const second = open();
    expect(first.ok && first.instanceId).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.ok && second.instanceId).toBe(first.ok && first.instanceId);
  });

  it('goes on where it was left', () => {
    openWell().append([aCall(), aCall({ atMs: 1, payloads: [aPayload('request', 'x'.repeat(99))] })]);
    closeAll();
    const archive = openWell();
    expect(archive.latest()).toBe(2);
    expect(archive.append([aCall({ atMs: 2, payloads: [aPayload('request', 'y'.repeat(99))] })])).toBe(3);
    expect(
      archive.readAfter(1, 9).map(({ event }) => event && 'payloads' in event && event.payloads[0]?.text[0]),
    ).toEqual(['x', 'y']);
  });

  it('gives what can be read around a record that cannot', () => {
    const archive = openWell();
    const events = [aCall(), aCall({ atMs: 1 }), aCall({ atMs: 2 })];
    archive.append(events);
    const db = new Database(path, { readOnly: false, busyMs: 5000 });
    db.exec("UPDATE body SET data = '[' WHERE sequence = 2");
    db.close();
    expect(archive.readAfter(0, 9)).toEqual([
      { sequence: 1, event: events[0] },
      { sequence: 2, event: undefined },
      { sequence: 3, event: events[2] },
    ]);
  });

  it('has one writer, and says what to do about the other', () => {
    openWell();
    const second = open();
    expect(second).toMatchObject({
      ok: false,
      problem: { trouble: 'locked', advice: expect.stringContaining('--state-dir') },
    });
    closeAll();
    expect(open().ok).toBe(true);
  });

  it('leaves a file of a newer version alone', () => {
    openWell().append([aCall()]);
    closeAll();
    const db = new Database(path, { readOnly: false, busyMs: 0 });
    db.exec('PRAGMA user_version = 99');
    db.close();
    const before = readFileSync(path);
    expect(open()).toMatchObject({
      ok: false,
      problem: { trouble: 'newer', reason: expect.stringContaining('version 99') },
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(open()).toMatchObject({ ok: false, problem: { trouble: 'newer' } });
  });

  it.each([
    ['is no database', () => writeFileSync(path, 'hello '.repeat(1000))],
    ['lost its header', () => scribble(0, Buffer.alloc(100, 7))],
    ['lost its schema', () => scribble(100, Buffer.alloc(900, 255))],
    [
      'is a database of somebody else',
      () => {
        rmSync(path);
        const db = new Database(path, { readOnly: false, busyMs: 0 });
        db.exec('CREATE TABLE theirs (x)');
        db.close();
      },
    ],
  ])('sets a file aside that %s, and begins a new one', (_, damage) => {
    openWell().append([aCall()]);
    closeAll();
    damage();
    const damaged = readFileSync(path);
    const opened = open();
    expect(opened).toMatchObject({ ok: true, setAside: `${path}.damaged-20261120T100000Z` });
    expect(opened.ok && opened.archive.append([aCall()])).toBe(1);
    const aside = readdirSync(folder).filter((name) => name.includes('.damaged-'));
    expect(aside).toContain('archive.sqlite.damaged-20261120T100000Z');
    expect(readFileSync(`${path}.damaged-20261120T100000Z`).equals(damaged)).toBe(true);
    closeAll();
    expect(open()).not.toHaveProperty('setAside');
  });

  it('sets no earlier damaged file aside over another', () => {
    for (const name of ['', '-2']) {
      writeFileSync(path, 'no database '.repeat(500));
      expect(open()).toMatchObject({ setAside: `${path}.damaged-20261120T100000Z${name}` });
      closeAll();
    }
  });

  it('sets a file aside at the next start that proves damaged while in use', () => {
    const archive = openWell();
    for (let at = 0; at < 50; at++) {
      archive.append(Array.from({ length: 40 }, (_, index) => aCall({ atMs: at * 40 + index })));
    }
    closeAll();
    scribble(8192, Buffer.alloc(400_000, 0x5a));
    const opened = open();
    if (opened.ok && opened.setAside === undefined) {
      expect(() => {
        for (let at = 0; at < 500; at++) {
          opened.archive.append([aCall({ atMs: at, attributes: { 'gen_ai.tool.name': `tool ${at}` } })]);
          opened.archive.readAfter(at * 4, 100);
        }
      }).toThrow(ArchiveFault);
      closeAll();
      expect(open()).toMatchObject({ ok: true, setAside: expect.any(String) });
    }
    expect(readdirSync(folder).some((name) => name.includes('.damaged-'))).toBe(true);
  });

  it('says so where the directory cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    path = join(folder, 'file/archive.sqlite');
    expect(open()).toMatchObject({ ok: false, problem: { trouble: 'read_only' } });
    path = join(folder, 'x', '..', 'directory');
    rmSync(join(folder, 'directory'), { force: true, recursive: true });
    openWell();
  });

  it('keeps near its size by itself while more comes in than retention is asked to remove', () => {
    const archive = openWell(1_000_000);
    for (let at = 0; at < 3000; at += 100)
      archive.append(Array.from({ length: 100 }, (_, index) => heavy(at + index)));
    expect(archive.latest()).toBe(3000);
    expect(archive.stats.bytes).toBeLessThan(5_000_000);
  });

  it('fails an append as a whole when there is no room, and takes the next when there is', () => {
    const archive = openWell(1_000_000);
    archive.append([heavy(0)]);
    // One transaction that is larger than all that the file may ever take.
    const flood = Array.from({ length: 4000 }, (_, index) => heavy(index));
    expect(() => archive.append(flood)).toThrow(expect.objectContaining({ trouble: 'full' }));
    expect(archive.latest()).toBe(1);
    expect(archive.stats.events).toBe(1);
    expect(archive.append([heavy(30_000)])).toBe(2);
    const reader = openReader(path, { activeWindowMs: 1 });
    const [newest] = reader.events({ limit: 1 }).items;
    expect(reader.event(newest?.eventId ?? '')?.payloads[0]?.text?.length).toBe(8000);
    reader.close();
  });
});

/** With a payload that does not compress. */
function heavy(atMs: number) {
  return aCall({ atMs, payloads: [aPayload('request', randomBytes(6000).toString('base64'))] });
}

describe('the schema', () => {
  it('comes from every older version step by step, each step a transaction', () => {
    const db = new Database(path, { readOnly: false, busyMs: 0 });
    migrate(db);
    expect(versionOf(db)).toBe(MIGRATIONS.length);
    db.exec("INSERT INTO meta VALUES ('kept', 'yes')");
    const steps = [...MIGRATIONS, 'ALTER TABLE meta ADD COLUMN note TEXT', "UPDATE meta SET note = 'new'"];
    migrate(db, steps);
    expect(db.get("SELECT value, note FROM meta WHERE key = 'kept'")).toEqual({ value: 'yes', note: 'new' });
    const broken = [...steps, 'CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)'];
    expect(() => migrate(db, broken)).toThrow(ArchiveFault);
    expect(versionOf(db)).toBe(steps.length);
    expect(db.all("SELECT name FROM sqlite_schema WHERE name = 'half'")).toEqual([]);
    db.close();
  });

  it('knows the tools of sessions that an older version wrote', () => {
    const db = new Database(path, { readOnly: false, busyMs: 0 });
    migrate(db, MIGRATIONS.slice(0, 1));
    const put = (id: string, ...texts: readonly string[]) =>
      db.run(
        "INSERT INTO session VALUES (?, 1, 1, 'i', NULL, 1, 0, 0, 0, 0, 0, 0, '', '', '', 0, NULL, ?)",
        id,
        [id, '', 'shop', 'agent', ...texts].join(PARTING),
      );
    put('none');
    put('one', 'pay');
    put('three', 'search', 'pay', 'look');
    migrate(db);
    expect(db.all('SELECT session, tools FROM session ORDER BY tools')).toEqual([
      { session: 'none', tools: toolsKey([]) },
      { session: 'one', tools: toolsKey([{ name: 'pay' }]) },
      { session: 'three', tools: toolsKey([{ name: 'search' }, { name: 'pay' }, { name: 'look' }]) },
    ]);
    db.close();
  });

  it('is the same however a file came to it', () => {
    const schemaOf = (file: string) => {
      const db = new Database(file, { readOnly: false, busyMs: 0 });
      for (let version = versionOf(db) + 1; version <= MIGRATIONS.length; version++)
        migrate(db, MIGRATIONS.slice(0, version));
      // The index of trigrams is made where SQLite can, by whoever opens the file for writing.
      const rows = db.all(
        "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'term_trigram%' ORDER BY name",
      );
      db.close();
      return rows;
    };
    openWell();
    closeAll();
    expect(schemaOf(join(folder, 'stepwise.sqlite'))).toEqual(schemaOf(path));
  });
});
