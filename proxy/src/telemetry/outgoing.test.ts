import { describe, expect, it } from 'vitest';
import { createListPacker } from './batches.ts';
import { startDelivery } from './outgoing.ts';

const ENDPOINT = {
  url: 'http://collector/v1/logs',
  protocol: 'http/protobuf',
  headers: {},
  compression: 'none',
  timeoutMs: 1_000,
} as const;
const BOUNDS = {
  batchMax: 1,
  batchWeightMax: 100,
  delayMs: 1_000,
  queueMax: 10,
  queueWeightMax: 1_000,
  storedWeightMax: 1_000,
  inFlightMax: 1,
  backoffMinMs: 100,
  backoffMaxMs: 1_000,
};

/** What an exporter got to send, and what its serialiser made of it. */
function feed(exporter: object, isJson: boolean): unknown[] {
  const got: unknown[] = [];
  const signal = {
    name: 'logs',
    endpoint: ENDPOINT,
    bounds: BOUNDS,
    isJson,
    exporter: Object.assign(exporter, { export: (items: unknown[]) => void got.push(items) }),
    report: () => {},
  };
  const packer = {
    add: () => {},
    pack: () => Uint8Array.of(1, 2, 3),
    split: (parcel: Uint8Array) => [parcel, parcel] as const,
  };
  const { delivery } = startDelivery<string, unknown>(signal, packer, (item) => `view of ${item}`);
  delivery.offer('a', 1);
  delivery.flush();
  return got;
}

describe('an exporter', () => {
  const serializer = { serializeRequest: () => {}, deserializeResponse: () => {} };

  it('whose serialiser is where we know it takes bytes, and passes them on as they are', () => {
    const exporter = { _delegate: { _serializer: { ...serializer } } };
    const [items] = feed(exporter, false);
    expect(items).toEqual([Uint8Array.of(1, 2, 3)]);
    const replaced = exporter._delegate._serializer as unknown as {
      serializeRequest(items: unknown): unknown;
    };
    expect(replaced.serializeRequest(items)).toEqual(Uint8Array.of(1, 2, 3));
    expect(exporter._delegate._serializer.deserializeResponse).toBe(serializer.deserializeResponse);
  });

  it.each([
    { why: 'has no delegate', exporter: {} },
    { why: 'has a delegate of another shape', exporter: { _delegate: { serializer } } },
    { why: 'has a serialiser of another shape', exporter: { _delegate: { _serializer: {} } } },
  ])('that $why gets records to serialise itself', ({ exporter }) => {
    expect(feed(exporter, false)).toEqual([['view of a']]);
  });

  it('that would retry by itself is kept from it: delivery has to know how long the receiver asked to wait', async () => {
    const send = () => Promise.resolve({ status: 'retryable', retryInMillis: 2_000 });
    const exporter = { _delegate: { _serializer: serializer, _transport: { _transport: { send } } } };
    feed(exporter, false);
    const transport = exporter._delegate._transport as unknown as { send: typeof send };
    expect(await transport.send()).toMatchObject({ error: { retryAfterMs: 2_000 } });
  });

  it('of JSON gets records to serialise itself', () => {
    expect(feed({ _delegate: { _serializer: { ...serializer } } }, true)).toEqual([['view of a']]);
  });
});

describe('packing as a list', () => {
  it('gives everything since the last time', () => {
    const packer = createListPacker<string>();
    packer.add('a');
    expect([packer.pack(), packer.pack()]).toEqual([['a'], []]);
  });
});
