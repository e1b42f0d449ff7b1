/** What the story `address-clients-refuse` does not show: texts without end, and memory of what was told. */
import { describe, expect, it } from 'vitest';
import { BOUNDS } from './bounds.ts';
import type { MisdirectionFrame } from './frame.ts';
import { Observer } from './observer.ts';
import type { ObserverSettings } from './settings.ts';

const SETTINGS: ObserverSettings = {
  servers: [{ name: 'shop', address: 'shop.internal', port: 8080 }],
  seed: '00112233445566778899aabbccddeeff',
  unansweredAfterUs: 60_000_000,
  resumeWindowUs: 300_000_000,
  retryWindowUs: 300_000_000,
  sessionIdleUs: 1_800_000_000,
  payloadMode: 'redacted',
  payloadBytesMax: 65_536,
  inspectDepthMax: 1_000,
  redaction: { keys: ['token'], patterns: [{ name: 'key', source: 'sk-[a-z0-9]{8,}' }], paths: [] },
  traceParent: 'parent',
  hashSessionIds: false,
};

const misdirection = (address: string, more: Partial<MisdirectionFrame> = {}): MisdirectionFrame => ({
  kind: 'misdirection',
  atUs: 1_795_168_800_000_000,
  server: 'shop',
  method: 'GET',
  path: '/sse',
  client: { address: '127.0.0.1' },
  where: 'endpoint',
  address,
  rewritable: true,
  ...more,
});

describe('a misleading address', () => {
  it('shows neither credentials nor a session id, and however long it is the sentence has its end', () => {
    const observer = new Observer(SETTINGS);
    const long = `http://me:word@shop.internal:8080/sk-0123456789abcdef/${'x'.repeat(4_000)}?sessionId=5d1c7a52`;
    const [event] = observer.take(misdirection(long));
    const message = event?.attributes['sightline.error.message'] ?? '';
    expect(message).toMatch(
      /^rewrite-urls is off: .*http:\/\/shop\.internal:8080\/\[redacted: pattern key\]\/xxx.*, whose origin is not the one they connected to$/,
    );
    expect(message).not.toMatch(/word|5d1c7a52|0123/);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(BOUNDS.messageBytesMax);
  });

  it('is told once for each server, place and origin', () => {
    const observer = new Observer(SETTINGS);
    const told = [
      misdirection('http://shop.internal:8080/message?sessionId=1'),
      misdirection('http://shop.internal:8080/other?sessionId=2'),
      misdirection('http://shop.internal:8080/message', { where: 'location' }),
      misdirection('http://shop.internal:8080/message', { server: 'files' }),
      misdirection('https://shop.internal:8080/message'),
    ].map((frame) => observer.take(frame).length);
    expect(told).toEqual([1, 0, 1, 1, 1]);
  });

  it('is remembered within a bound: the one longest unheard of is told again', () => {
    const observer = new Observer(SETTINGS);
    const tell = (port: number) => observer.take(misdirection(`http://shop.internal:${port}/`)).length;
    for (let port = 1; port <= BOUNDS.misdirectionsMax + 1; port += 1) expect(tell(port)).toBe(1);
    expect(tell(BOUNDS.misdirectionsMax + 1)).toBe(0);
    expect(tell(1)).toBe(1);
  });
});
