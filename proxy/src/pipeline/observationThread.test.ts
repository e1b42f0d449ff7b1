import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../observation/frame.ts';
import type { ObserverSettings } from '../observation/settings.ts';
import type { LineOptions } from '../terminal/line.ts';
import { startObservationThread } from './observationThread.ts';
import type { ToPage } from './protocol.ts';

const observer: ObserverSettings = {
  servers: [{ name: 'shop', address: '127.0.0.1', port: 1 }],
  seed: '0'.repeat(32),
  unansweredAfterUs: 60_000_000,
  resumeWindowUs: 300_000_000,
  retryWindowUs: 300_000_000,
  sessionIdleUs: 1_800_000_000,
  payloadMode: 'redacted',
  payloadBytesMax: 65_536,
  inspectDepthMax: 1_000,
  redaction: { keys: [], patterns: [], paths: [] },
  traceParent: 'parent',
  hashSessionIds: false,
};
const lineOptions: LineOptions = {
  layout: { width: undefined, client: 12, server: 0, what: 30, parts: true, status: true },
  color: false,
  show: 'all',
  zone: 'utc',
};

const call = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'pay', arguments: {} },
});
const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [] } });
const frames: readonly Frame[] = [
  {
    kind: 'request',
    exchange: 1,
    atUs: 1_763_719_728_000_000,
    sentUs: 1_763_719_728_000_100,
    server: 'shop',
    method: 'POST',
    path: '/mcp',
    httpVersion: '1.1',
    headers: { 'content-type': 'application/json' },
    client: { address: '127.0.0.1' },
    credential: { kind: 'none' },
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`,
    body: { text: call, bytes: call.length },
  },
  {
    kind: 'response',
    exchange: 1,
    atUs: 1_763_719_728_042_000,
    status: 200,
    headers: { 'content-type': 'application/json' },
  },
  {
    kind: 'end',
    exchange: 1,
    atUs: 1_763_719_728_042_100,
    how: 'complete',
    firstByteUs: 1_763_719_728_041_000,
    receivedUs: 1_763_719_728_042_000,
    body: { text: answer, bytes: answer.length },
    receivedBytes: call.length,
    sentBytes: answer.length,
  },
];

async function start(lines: LineOptions | undefined) {
  const printed: string[] = [];
  const said: string[] = [];
  const thread = await startObservationThread(
    { observer, env: {}, version: '0.0.0', instanceId: 'test', lines },
    {
      nowUs: () => 1_763_719_730_000_000,
      rssBytes: () => 1,
      onLines: (text) => printed.push(text),
      onLog: (line) => said.push(line),
    },
  );
  if (!thread) throw new Error(said.join());
  return { thread, printed, said };
}

describe('startObservationThread', () => {
  it('turns frames into lines on the other side, and ends every session before it stops', async () => {
    const { thread, printed, said } = await start(lineOptions);
    for (const frame of frames) thread.sink(frame);
    const stats = await thread.close(1_000);
    const lines = printed.join('').split('\n');
    expect(lines.find((line) => line.includes('tools/call pay'))).toContain('· ok');
    expect(lines.some((line) => line.includes('session ended  the proxy stops'))).toBe(true);
    expect(stats).toMatchObject({ faults: 0, lost: 0 });
    expect(thread.dropped()).toBe(0);
    expect(said).toEqual([]);
  });

  it('a frame that breaks the fold is a fault of ours, and the next one is taken', async () => {
    const { thread, printed, said } = await start(lineOptions);
    thread.sink({ kind: 'request', exchange: 0, atUs: 1 } as unknown as Frame);
    for (const frame of frames) thread.sink(frame);
    const stats = await thread.close(1_000);
    expect(stats?.faults).toBe(1);
    expect(said).toHaveLength(1);
    expect(printed.join('')).toContain('tools/call pay');
  });

  it('prints nothing when no lines are wanted', async () => {
    const { thread, printed } = await start(undefined);
    for (const frame of frames) thread.sink(frame);
    expect((await thread.close(1_000))?.events).toBeGreaterThan(0);
    expect(printed).toEqual([]);
  });

  it('what comes after the end goes nowhere and breaks nothing', async () => {
    const { thread } = await start(undefined);
    const stats = await thread.close(1_000);
    for (const frame of frames) thread.sink(frame);
    expect(await thread.close(1_000)).toEqual(stats);
  });

  it('a thread that cannot start says why, once, and traffic goes on unseen', async () => {
    const said: string[] = [];
    const broken = {
      ...observer,
      redaction: { keys: [], patterns: [{ name: 'x', source: '(' }], paths: [] },
    };
    const deps = {
      nowUs: () => 1,
      rssBytes: () => 1,
      onLines: () => {},
      onLog: (line: string) => said.push(line),
    };
    const settings = { observer: broken, env: {}, version: '0', instanceId: 'test', lines: undefined };
    expect(await startObservationThread(settings, deps)).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(/^observation could not start .*regular expression/)]);
  });

  it('tells the page where the archive is, how far it may read, and what was measured', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'sightline-thread-'));
    const archive = { path: path.join(directory, 'archive.sqlite'), ageMs: 0, bytesMax: 1e9, nowMs: 1 };
    const { port1, port2 } = new MessageChannel();
    const told: ToPage[] = [];
    const answered = Promise.withResolvers<string>();
    port2.on('message', (message: ToPage) => {
      told.push(message);
      if (message.kind === 'metrics') answered.resolve(message.text);
      if (message.kind === 'committed') port2.postMessage({ kind: 'metrics', ask: 7 });
    });
    const settings = { observer, env: {}, version: '1.2.3', instanceId: 'test', archive, lines: undefined };
    const deps = {
      nowUs: () => 1_763_719_730_000_000,
      rssBytes: () => 1,
      onLines: () => {},
      onLog: () => {},
    };
    const thread = await startObservationThread(settings, { ...deps, page: port1 });
    for (const frame of frames) thread?.sink(frame);
    const text = await answered.promise;
    await thread?.close(1_000);
    rmSync(directory, { recursive: true });
    expect(text).toContain('sightline_events_total{event_name="sightline.request"} 1\n');
    expect(text).toContain('service_version="1.2.3"');
    expect(told[0]).toEqual({ kind: 'archive', archive: { state: 'ok', path: archive.path } });
    // The session's start and the call; what came before the answer was committed before it.
    expect(told).toContainEqual({ kind: 'committed', sequence: 2 });
    expect(told).toContainEqual({ kind: 'metrics', ask: 7, text });
  });

  it('says without an archive what to do to have one', async () => {
    const { port1, port2 } = new MessageChannel();
    const first = new Promise<ToPage>((resolve) => port2.once('message', resolve));
    const settings = { observer, env: {}, version: '0', instanceId: 'test', lines: undefined };
    const deps = {
      nowUs: () => 1_763_719_730_000_000,
      rssBytes: () => 1,
      onLines: () => {},
      onLog: () => {},
    };
    const thread = await startObservationThread(settings, { ...deps, page: port1 });
    expect(await first).toMatchObject({ kind: 'archive', archive: { state: 'off' } });
    await thread?.close(1_000);
  });
});
