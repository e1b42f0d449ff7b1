/** An entry of a HAR is valid, however little is known of the request. */
import { describe, expect, it } from 'vitest';
import type { EventDetail } from '../contract/index.ts';
import { harFaults } from '../testing/har.ts';
import { toHarEntry } from './har.ts';

describe('an entry of a HAR', () => {
  const base: EventDetail = {
    sequence: 1,
    time: 1_000,
    startTime: 900,
    timeUnixNano: '1000000000',
    eventName: 'sightline.request',
    payloads: [],
    upstreamSpans: [],
  };
  const sheet: readonly { cell: string; event: Partial<EventDetail>; entry: object }[] = [
    {
      cell: 'nothing known',
      event: {},
      entry: { request: { url: 'http://unknown/' }, response: { status: 0 } },
    },
    {
      cell: 'an address of version 6',
      event: {
        urlPath: '//evil.example/x',
        upstreamSpans: [{ spanId: 'a', startTime: 0, endTime: 0, serverAddress: '::1', serverPort: 80 }],
      },
      entry: { request: { url: 'http://[::1]/evil.example/x' } },
    },
    {
      cell: 'times of upstream and proxy',
      event: { duration: 0.5, upstreamDuration: 0.4, proxyDuration: 0.1, upstreamFirstByte: 0.15 },
      entry: { time: 500, timings: { blocked: 100, send: 0, wait: 150, receive: 250 } },
    },
    {
      cell: 'a status nobody named',
      event: { httpResponseStatusCode: 299 },
      entry: { response: { status: 299 } },
    },
    { cell: 'a moment beyond dates', event: { startTime: 1e20 }, entry: {} },
    {
      cell: 'payloads that were shed',
      event: { payloads: [{ part: 'response', size: 9, truncated: false, redacted: 0 }] },
      entry: { response: { content: { size: 9 } } },
    },
  ];
  it.each(sheet)('of $cell is valid', ({ event, entry }) => {
    const made = toHarEntry({ ...base, ...event }, String);
    expect(made).toMatchObject(entry);
    expect(
      harFaults({ log: { version: '1.2', creator: { name: 'x', version: '1' }, entries: [made] } }),
    ).toEqual([]);
  });
  it.each([
    { eventName: 'sightline.notification' },
    { eventName: 'sightline.request', direction: 'server_to_client' as const },
  ])('is none of %j', (event) => expect(toHarEntry({ ...base, ...event }, String)).toBeUndefined());
});
