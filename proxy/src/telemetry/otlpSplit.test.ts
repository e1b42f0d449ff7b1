import { describe, expect, it } from 'vitest';
import { readRecords } from '../../../test/support/otlpItems.ts';
import { decodeRequest } from '../../../test/support/otlpProto.ts';
import { translateLogs } from './log.ts';
import { createLogPacker } from './otlp.ts';
import { NO_LIMITS } from './selection.ts';
import { aRequest } from './testing/events.ts';

const packer = createLogPacker({
  resource: { 'service.name': 'sightline' },
  scope: { name: 's', version: '1' },
});

/** A request of so many records, numbered by their bodies, and big ones now and then: lengths of one to three bytes. */
function pack(count: number): Uint8Array {
  const [record] = translateLogs(aRequest(), true, NO_LIMITS);
  for (let i = 0; i < count; i++) {
    if (record) packer.add({ ...record, body: `${i} ${'x'.repeat(i % 7 === 0 ? 40_000 : i % 3)}` });
  }
  return packer.pack();
}

const read = (request: Uint8Array) =>
  readRecords(decodeRequest('logs', 'application/x-protobuf', Buffer.from(request)), 'protobuf');

describe('a request cut in two', () => {
  it.each([
    { count: 2, at: 1 },
    { count: 3, at: 2 },
    { count: 100, at: 50 },
    { count: 100, at: 1 },
    { count: 100, at: 99 },
  ])('$count records at $at: both read as before, and together they are the whole', ({ count, at }) => {
    const whole = pack(count);
    const before = Buffer.from(whole);
    const [first, second] = packer.split(whole, at);
    expect(read(first)).toHaveLength(at);
    expect([...read(first), ...read(second)]).toEqual(read(whole));
    // A connection may still be reading it.
    expect(before.equals(whole)).toBe(true);
  });

  it('is the same as if it had been packed so', () => {
    const [first] = packer.split(pack(10), 4);
    expect(Buffer.from(first).equals(Buffer.from(pack(4)))).toBe(true);
  });
});
