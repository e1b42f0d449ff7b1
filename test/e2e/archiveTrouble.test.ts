/** An archive that cannot be had: traffic, lines and export go on without it, and a person is told what to do. */
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../../proxy/src/store/sqlite.ts';
import { OutboxRig } from '../support/outboxRig.ts';

let rig: OutboxRig;
afterEach(() => rig.close());

/** Calls, and waits until spans and records of all of them are there: over memory, as nothing is kept. */
async function callAndSettle(): Promise<void> {
  await rig.call(5);
  await rig.settle();
}

describe('a second Sightline in one state directory', () => {
  it('says so, keeps nothing, is somebody else, and exports all the same', async () => {
    rig = await OutboxRig.start();
    const first = rig.proxy;
    await callAndSettle();
    await rig.startProxy();
    try {
      await rig.proxy.says(/archive_locked: another Sightline .*--state-dir; then start Sightline again/);
      await callAndSettle();
      expect(
        new Set(rig.receiver.records.map(({ from }) => from.resource.attributes['service.instance.id'])).size,
      ).toBe(2);
    } finally {
      await first.kill();
    }
  });
});

describe('an archive', () => {
  it('that is damaged is set aside, never deleted, and a new one begins', async () => {
    rig = await OutboxRig.start();
    await callAndSettle();
    await rig.proxy.kill();
    for (const end of ['-wal', '-shm'])
      rmSync(path.join(rig.stateDir, `archive.sqlite${end}`), { force: true });
    writeFileSync(
      path.join(rig.stateDir, 'archive.sqlite'),
      'not a database at all, but long enough to be read as one'.repeat(100),
    );
    await rig.startProxy();
    await rig.proxy.says(/the archive was damaged and is now .*archive\.sqlite\.damaged-/);
    await callAndSettle();
  });

  it('of which the last record cannot be read is written all the same', async () => {
    const nowhere = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
    rig = await OutboxRig.start(nowhere);
    await rig.call(2);
    await rig.proxy.stop();
    const file = new Database(path.join(rig.stateDir, 'archive.sqlite'), { readOnly: false, busyMs: 0 });
    file.exec("UPDATE body SET data = '[' WHERE sequence = (SELECT max(sequence) FROM body)");
    file.close();
    await rig.startProxy(nowhere);
    await rig.proxy.says(/archive_recall: the sessions of the last run cannot be read.*kept/);
    await rig.call(2);
    expect(rig.proxy.output()).not.toContain('nothing is kept');
  });

  it('whose place cannot be written is done without', async () => {
    rig = await OutboxRig.start();
    await rig.proxy.stop();
    rmSync(rig.stateDir, { recursive: true });
    writeFileSync(rig.stateDir, 'a file where a directory should be');
    await rig.startProxy();
    await rig.proxy.says(/archive_\w+: .*--state-dir; then start Sightline again/);
    expect(rig.proxy.output()).toMatch(/archive {3}nothing is kept: /);
    await callAndSettle();
  });

  it('that is not wanted is not made', async () => {
    rig = await OutboxRig.start({ SIGHTLINE_ARCHIVE: 'off' });
    await callAndSettle();
    expect(() => statSync(path.join(rig.stateDir, 'archive.sqlite'))).toThrow('ENOENT');
  });

  it('is for nobody but its user', async () => {
    rig = await OutboxRig.start();
    await rig.proxy.stop();
    const inner = path.join(rig.stateDir, 'made', 'by-us');
    mkdirSync(path.dirname(inner));
    chmodSync(path.dirname(inner), 0o755);
    await rig.startProxy({}, inner);
    expect(statSync(inner).mode & 0o777).toBe(0o700);
  });
});
