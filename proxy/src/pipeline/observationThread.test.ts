import { describe, expect, it } from 'vitest';
import type { Frame } from '../observation/frame.ts';
import type { ObserverSettings } from '../observation/settings.ts';
import type { LineOptions } from '../terminal/line.ts';
import { startObservationThread } from './observationThread.ts';

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

  it('a thread that cannot start says why, instead of leaving traffic unseen', async () => {
    const broken = {
      ...observer,
      redaction: { keys: [], patterns: [{ name: 'x', source: '(' }], paths: [] },
    };
    const deps = { nowUs: () => 1, rssBytes: () => 1, onLines: () => {}, onLog: () => {} };
    const settings = { observer: broken, env: {}, version: '0', instanceId: 'test', lines: undefined };
    await expect(startObservationThread(settings, deps)).rejects.toThrow('regular expression');
  });
});
