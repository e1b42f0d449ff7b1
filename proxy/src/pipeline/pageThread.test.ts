/** The real thread: what it is told about proxy and archive is what it says to readers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventPage } from '../contract/index.ts';
import { openArchive } from '../store/openArchive.ts';
import { someTraffic } from '../web/testing/rig.ts';
import { type PageThread, startPageThread } from './pageThread.ts';
import type { FromPage, ToPage } from './protocol.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

interface Started {
  readonly page: PageThread;
  readonly lines: readonly string[];
  /** The observing thread's end. */
  readonly observing: MessagePort;
  say(message: ToPage): void;
}

const settingsOf = (port: number) => ({
  host: '127.0.0.1',
  port,
  token: undefined,
  allowedHosts: [],
  allowedOrigins: [],
  version: '1.2.3',
  demo: false,
  activeWindowMs: 300_000,
  assetsDirectory: '/nowhere',
});

async function start(port = 0, observes = true): Promise<Started> {
  const { port1, port2 } = new MessageChannel();
  const lines: string[] = [];
  const page = await startPageThread(settingsOf(port), {
    observing: observes ? port2 : undefined,
    onLog: (line) => lines.push(line),
  });
  undo.push(() => {
    port1.close();
    return page.close();
  });
  return { page, lines, observing: port1, say: (message) => port1.postMessage(message) };
}

function archiveOf(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-page-'));
  const file = path.join(folder, 'archive.sqlite');
  const opened = openArchive({ path: file, nowMs: Date.now(), ageMs: 0, bytesMax: 2 ** 40 });
  if (!opened.ok) throw new Error(opened.problem.reason);
  opened.archive.append(someTraffic().recorded());
  undo.push(() => {
    opened.archive.close();
    rmSync(folder, { recursive: true });
  });
  return file;
}

const ask = async ({ page }: Started, target: string) => {
  const answer = await fetch(`http://127.0.0.1:${page.port}${target}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const unready = async (started: Started) => (await ask(started, '/readyz')).body['unready'];

describe('the page’s thread', () => {
  it('becomes ready as proxy and archive do, and is not when one ceases to be', async () => {
    const started = await start();
    const { page, say } = started;
    expect(await unready(started)).toEqual({
      proxy: 'it does not listen',
      archive: 'the archive is being opened',
    });
    page.tell({ kind: 'serving', servers: [{ name: 'shop', clientUrl: 'http://127.0.0.1:7600/mcp' }] });
    say({ kind: 'archive', archive: { state: 'ok', path: archiveOf() } });
    await expect.poll(() => unready(started)).toEqual({});
    expect((await ask(started, '/api/v1/about')).body).toMatchObject({
      version: '1.2.3',
      servers: [{ name: 'shop' }],
      archive: { state: 'ok' },
    });
    say({ kind: 'archive', archive: { state: 'off', reason: 'no space', advice: 'free some' } });
    await expect
      .poll(() => unready(started))
      .toEqual({
        archive: 'events are not being kept; /api/v1/about says why',
      });
    expect((await ask(started, '/api/v1/about')).body).toMatchObject({ archive: { reason: 'no space' } });
    // What was kept before can still be read.
    const { body } = await ask(started, '/api/v1/events');
    expect((body as unknown as EventPage).items.length).toBeGreaterThan(5);
    page.tell({ kind: 'stopping' });
    await expect.poll(() => unready(started)).toHaveProperty('proxy');
  });

  it('passes on why there is no archive, and that one cannot be read', async () => {
    const started = await start();
    started.say({
      kind: 'archive',
      archive: { state: 'off', reason: 'it is locked', advice: 'end the other' },
    });
    await expect
      .poll(async () => (await ask(started, '/api/v1/events')).body['detail'])
      .toBe('It is locked; end the other');
    started.say({ kind: 'archive', archive: { state: 'ok', path: '/nowhere/archive.sqlite' } });
    await expect.poll(() => started.lines).toEqual([expect.stringMatching(/^archive_reader: /)]);
    expect((await ask(started, '/readyz')).status).toBe(503);
  });

  it('asks the observing thread for metrics', async () => {
    const { page, observing } = await start();
    observing.on('message', ({ ask: number }: FromPage) => {
      observing.postMessage({ kind: 'metrics', ask: number, text: 'up 1\n' } satisfies ToPage);
    });
    expect(await (await fetch(`http://127.0.0.1:${page.port}/metrics`)).text()).toBe('up 1\n');
  });

  it('is ready without an archive where none is wanted', async () => {
    const blind = await start(0, false);
    blind.page.tell({ kind: 'serving', servers: [] });
    await expect.poll(() => unready(blind)).toEqual({});
    expect((await ask(blind, '/api/v1/events')).body['detail']).toContain('--no-observe');
    const forgetful = await start();
    forgetful.page.tell({ kind: 'serving', servers: [] });
    const archive = { state: 'off', reason: 'nothing is kept', advice: 'keep it', wanted: true } as const;
    forgetful.say({ kind: 'archive', archive });
    await expect.poll(() => unready(forgetful)).toEqual({});
    expect((await ask(forgetful, '/api/v1/about')).body['archive']).toEqual({
      state: 'off',
      reason: 'nothing is kept',
      advice: 'keep it',
    });
  });

  it('that breaks before it listens says so in one line and is no page', async () => {
    const lines: string[] = [];
    // What is no port makes the thread fail in the midst of its start.
    const page = await startPageThread(settingsOf(0), {
      observing: new ArrayBuffer(1) as unknown as MessagePort,
      onLog: (line) => lines.push(line),
    });
    await page.close();
    expect(page.port).toBeUndefined();
    expect(lines).toEqual([expect.stringMatching(/^no page: it could not start .*Forwarding goes on$/)]);
  });

  it('says that nothing is observed any more once the observing thread is gone', async () => {
    const started = await start();
    started.page.tell({ kind: 'serving', servers: [] });
    started.observing.close();
    await expect
      .poll(async () => (await ask(started, '/api/v1/about')).body['archive'])
      .toMatchObject({ state: 'off', reason: 'observation has ended' });
  });

  it('whose port is taken says so in one line and is no page', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    undo.push(() => other.close());
    const address = other.address();
    const { page, lines } = await start(typeof address === 'object' ? (address?.port ?? 0) : 0);
    expect(page.port).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining('choose another with --page-listen')]);
  });
});
