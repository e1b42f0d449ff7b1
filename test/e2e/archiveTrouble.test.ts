/** An archive that cannot be had: traffic, lines and export go on without it, and a person is told what to do. */
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventPage, SessionItem } from '../../proxy/src/contract/index.ts';
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
      await rig.proxy.says(
        /archive_locked: another Sightline .*--state-dir; opening is tried again by itself/,
      );
      await callAndSettle();
      expect(
        new Set(rig.receiver.records.map(({ from }) => from.resource.attributes['service.instance.id'])).size,
      ).toBe(2);
    } finally {
      await first.kill();
    }
  });
});

/** What the archive tells at its own pace: losses and summaries. */
const SOON = { timeout: 20_000 };

/** As the page says it; where the page is, the program says itself. */
async function ask<Shape>(target: string): Promise<Shape> {
  return (await (await fetchPage(target)).json()) as Shape;
}

function fetchPage(target: string): Promise<Response> {
  const origin = /page +(http:\/\/[^/ ]+)/.exec(rig.proxy.output())?.[1];
  return fetch(`${origin}${target}`);
}

describe('an archive that cannot be opened at the start', () => {
  it('is opened as soon as it can be: events are kept from then on, and page and metrics say what was not', async () => {
    rig = await OutboxRig.start();
    const first = rig.proxy;
    await callAndSettle();
    await rig.startProxy();
    await rig.proxy.says(/archive_locked/);
    await callAndSettle();
    expect(await ask('/readyz')).toHaveProperty('unready.archive');
    expect(await ask('/api/v1/about')).toMatchObject({ archive: { state: 'off' } });
    await first.stop();
    await rig.proxy.says(/the archive is open now: events are kept from here on/);
    await callAndSettle();
    expect(await ask('/readyz')).toEqual({ status: 'ready', unready: {} });
    expect(await ask('/api/v1/about')).toMatchObject({ archive: { state: 'ok' } });
    const { items } = await ask<EventPage>('/api/v1/events?type=sightline.request&order=oldest');
    const ids = items.map(({ jsonrpcRequestId }) => Number(jsonrpcRequestId));
    expect(ids).toEqual([1, 2, 3, 4, 5, 11, 12, 13, 14, 15]);
    // Two records began the session, and each call is one.
    const told = async () => {
      const { completeness } = await ask<EventPage>('/api/v1/events?limit=1');
      return completeness.lost
        .filter(({ stage, reason }) => `${stage} ${reason}` === 'archive not_kept')
        .reduce((sum, { count }) => sum + count, 0);
    };
    await expect.poll(told, SOON).toBeGreaterThanOrEqual(6);
    const metrics = await (await fetchPage('/metrics')).text();
    expect(metrics).toMatch(/sightline_events_dropped_total\{[^}]*archive[^}]*not_kept[^}]*\} \d/);
    // One session, though two programs counted it: the numbers go on, and those of what was not kept are missing.
    const sessions = (await ask<{ items: readonly SessionItem[] }>('/api/v1/sessions')).items;
    expect(sessions).toHaveLength(1);
    const calls = async () => {
      const { sessionToolCalls } = await ask<SessionItem>(`/api/v1/sessions/${sessions[0]?.sessionId}`);
      return sessionToolCalls;
    };
    await expect.poll(calls, SOON).toBe(15);
    await rig.proxy.stop();
    expect(new Set(rig.arrived().records)).toEqual(new Set(Array.from({ length: 15 }, (_, i) => i + 1)));
    expect(rig.arrived().records, 'each once').toHaveLength(15);

    // The next start goes on with the instance that took over, and counts nothing twice.
    await rig.startProxy();
    await callAndSettle();
    await expect.poll(calls, SOON).toBe(20);
    expect(rig.arrived().records).toHaveLength(20);
  });

  it('is left alone where a newer version wrote it', async () => {
    rig = await OutboxRig.start();
    await rig.proxy.stop();
    const file = new Database(path.join(rig.stateDir, 'archive.sqlite'), { readOnly: false, busyMs: 0 });
    file.exec('PRAGMA user_version = 99');
    file.close();
    await rig.startProxy();
    await rig.proxy.says(/archive_newer: .*; then start Sightline again/);
    await callAndSettle();
  });

  it('because its place cannot be written is opened when it can be', async () => {
    rig = await OutboxRig.start();
    await rig.proxy.stop();
    rmSync(rig.stateDir, { recursive: true });
    writeFileSync(rig.stateDir, 'a file where a directory should be');
    await rig.startProxy();
    await rig.proxy.says(/archive_\w+: .*--state-dir; opening is tried again by itself/);
    expect(rig.proxy.output()).toMatch(/archive {3}nothing is kept: /);
    await callAndSettle();
    rmSync(rig.stateDir);
    await rig.proxy.says(/the archive is open now/);
    await callAndSettle();
    expect((await ask<EventPage>('/api/v1/events?type=sightline.request')).items).toHaveLength(5);
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
