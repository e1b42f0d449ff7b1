/** `sightline export`, `import` and `replay` as a user types them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchive } from '../../proxy/src/store/openArchive.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlpReceiver.ts';
import { OutboxRig } from '../support/outboxRig.ts';
import { runProgram } from '../support/runProgram.ts';

const MAIN = path.resolve('proxy/src/main.ts');
const STORY = path.resolve('test/stories/retry-recovers/wire.jsonl');

const sightline = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runProgram(MAIN, args, env);

let stateDir: string;
let receiver: OtlpReceiver;
beforeEach(async () => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'sightline-commands-'));
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await receiver.close();
  rmSync(stateDir, { recursive: true });
});

const importStory = (at: string) => sightline(['import', STORY, '--at', at, '--state-dir', stateDir]);
const exportTo = (args: readonly string[] = [], dir = stateDir) =>
  sightline(['export', ...args, '--state-dir', dir], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });

describe('replay', () => {
  it('prints the lines of a recording and leaves nothing behind', async () => {
    const { code, out, err } = await sightline(['replay', STORY, '--state-dir', path.join(stateDir, 'none')]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('attempt 2');
    expect((await exportTo([], path.join(stateDir, 'none'))).code).toBe(1);
  });

  it.each([
    { why: 'without a file', args: ['replay'], code: 2, says: 'needs the file to read' },
    {
      why: 'of a file that is not there',
      args: ['replay', 'nowhere.jsonl'],
      code: 1,
      says: 'nowhere.jsonl cannot be read',
    },
    {
      why: 'of something else',
      args: ['replay', 'package.json'],
      code: 1,
      says: 'line 1 is no line of a recording',
    },
    { why: 'at no time', args: ['replay', STORY, '--at', 'noon'], code: 2, says: "'noon' is no time" },
    { why: 'with an unknown option', args: ['replay', STORY, '--sow', 'all'], code: 2, says: 'is no option' },
  ])('$why says what is wrong', async ({ args, code, says }) => {
    const ended = await sightline(args);
    expect([ended.code, ended.out]).toEqual([code, '']);
    expect(ended.err).toContain(says);
  });
});

it.each(['export', 'import', 'replay'])('%s --help explains every command and option', async (word) => {
  const { code, out, err } = await sightline([word, '--help']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('export [--from T] [--to T]');
});

describe('import and export', () => {
  it('what was imported goes to a collector, its spans marked, and again if asked again', async () => {
    const imported = await importStory('2h');
    expect([imported.code, imported.err]).toEqual([0, '']);
    expect(imported.out).toMatch(/^\d+ events are in .*archive\.sqlite\n$/);
    const first = await exportTo();
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(/^\d+ events: \d+ spans and \d+ log records accepted, 0 refused\n$/);
    expect(receiver.violations()).toEqual([]);
    expect(receiver.metrics).toEqual([]);
    expect(receiver.spans.length).toBeGreaterThan(0);
    expect(new Set(receiver.spans.map(({ attributes }) => attributes['sightline.replayed']))).toEqual(
      new Set([true]),
    );
    const count = receiver.records.length;
    await exportTo();
    // A receiver that forgets repeats sees each record once: they are equal in every byte.
    expect(receiver.records).toHaveLength(count * 2);
    expect(receiver.records.slice(count)).toEqual(receiver.records.slice(0, count));
  });

  it('sends only the range asked for', async () => {
    await importStory('2026-11-01T10:00:00Z');
    await importStory('2026-11-03T10:00:00Z');
    const { code } = await exportTo(['--from', '2026-11-02', '--to=2026-11-04']);
    expect(code).toBe(0);
    const days = receiver.records.map(({ timeNs }) => new Date(Number(timeNs) / 1e6).getUTCDate());
    expect(new Set(days)).toEqual(new Set([3]));
  });

  it('says in words what stands in the way', async () => {
    const nowhere = await sightline(['export', '--state-dir', stateDir]);
    expect([nowhere.code, nowhere.out]).toEqual([2, '']);
    expect(nowhere.err).toContain('set OTEL_EXPORTER_OTLP_ENDPOINT');
    const nothing = await exportTo();
    expect([nothing.code, nothing.out]).toEqual([1, '']);
    expect(nothing.err).toContain('archive.sqlite (there is no such file)');
  });

  it('points at the demo’s archive where that has something and the ordinary one has not', async () => {
    const demo = path.join(stateDir, 'demo');
    await sightline(['import', STORY, '--at', '1h', '--state-dir', demo]);
    const absent = await exportTo();
    expect([absent.code, absent.out]).toEqual([1, '']);
    expect(absent.err).toContain('there is no such file');
    expect(absent.err).toContain(`to send what the demo did, add --state-dir ${demo}\n`);
    const place = { path: path.join(stateDir, 'archive.sqlite'), nowMs: 0, ageMs: 0, bytesMax: 1e9 };
    const opened = openArchive(place);
    if (opened.ok) opened.archive.close();
    const empty = await exportTo();
    expect([empty.code, empty.out]).toEqual([1, '']);
    expect(empty.err).toContain(`add --state-dir ${demo}\n`);
    expect((await exportTo([], demo)).code).toBe(0);
  });

  it('a refused record is the exit code', async () => {
    await importStory('1h');
    receiver.answer({ kind: 'status', status: 400 });
    const { code, out } = await exportTo();
    expect(code).toBe(1);
    expect(out).toMatch(/0 spans and 0 log records accepted, [1-9]\d* refused/);
  });
});

describe('beside a running Sightline', () => {
  it('export sends what is there, import says that the archive is in use, and delivery is undisturbed', async () => {
    const rig = await OutboxRig.start();
    try {
      await rig.call(5);
      await rig.settle();
      const { code, out } = await exportTo([], rig.stateDir);
      expect([code, out]).toEqual([0, expect.stringMatching(/^[1-9]\d* events: /)]);
      const ids = receiver.records.map(({ attributes }) => attributes['sightline.event.id']);
      expect(ids.filter((id) => id !== undefined)).toEqual(
        expect.arrayContaining(
          rig.records().flatMap(({ attributes }) => attributes['sightline.event.id'] ?? []),
        ),
      );
      const refused = await sightline(['import', STORY, '--state-dir', rig.stateDir]);
      expect([refused.code, refused.out]).toEqual([1, '']);
      expect(refused.err).toContain('another Sightline');
      await rig.call(5);
      await rig.settle();
      await rig.proxy.stop();
      expect(rig.faults()).toEqual([]);
    } finally {
      await rig.close();
    }
  });
});
