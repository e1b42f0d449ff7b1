/**
 * A receiver that is away, overloaded, broken or of another opinion, and a proxy that is killed: every event arrives,
 * and each is visible once (product.md T8 and T11). Real program, real receiver, real time.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { ReceivedRecord, ReceivedSpan } from '../support/otlpItems.ts';
import type { Answer } from '../support/otlpReceiver.ts';
import { OutboxRig } from '../support/outboxRig.ts';

let rig: OutboxRig;
afterEach(() => rig.close());

/** A hung receiver is given up on soon, so that the test need not wait ten seconds. */
const IMPATIENT = { OTEL_EXPORTER_OTLP_TIMEOUT: '1000' };

describe('a receiver', () => {
  it('that is down for the whole run gets everything from the next one', async () => {
    rig = await OutboxRig.start();
    await rig.closeReceiver();
    await rig.call(30);
    expect(await rig.proxy.stop()).toBe(0);
    expect(rig.proxy.output()).toMatch(/\d+ events wait in the archive for the next start/);
    await rig.openReceiver();
    await rig.startProxy();
    await rig.settle();
    await rig.proxy.stop();
    expect(rig.faults()).toEqual([]);
    const reasons = rig.records().map(({ attributes }) => attributes['sightline.session.end_reason']);
    expect(reasons.filter((reason) => reason !== undefined)).toEqual(['shutdown']);
  });

  it('that comes back during the run gets what it missed, and what is new, in order', async () => {
    rig = await OutboxRig.start();
    await rig.call(10);
    await rig.settle();
    const before = [...rig.receiver.records];
    await rig.closeReceiver();
    await rig.call(20);
    await rig.openReceiver();
    await rig.call(10);
    await rig.receiver.waitFor('the rest', () => new Set(rig.arrived().records).size >= 30, 30_000);
    await rig.proxy.stop();
    (rig.receiver.records as ReceivedRecord[]).unshift(...before);
    expect(rig.arrived().records).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it('that was away for more than memory holds gets everything, from the archive, while new calls come', async () => {
    rig = await OutboxRig.start();
    rig.receiver.answer({ kind: 'status', status: 503 });
    // 12 MiB of payloads: twice the room that archived events have in memory.
    await rig.call(400, 'pay', 32_000);
    rig.receiver.answer({ kind: 'ok' });
    await rig.call(50);
    await rig.settle(60_000);
    await rig.proxy.stop();
    expect(rig.faults()).toEqual([]);
    expect(rig.records().filter(({ eventName }) => eventName === 'sightline.loss')).toEqual([]);
  });

  const inTwoSeconds = () => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 2_000).toUTCString();
  it.each<{ how: string; answer: () => Answer }>([
    {
      how: '429 with Retry-After in seconds',
      answer: () => ({ kind: 'status', status: 429, retryAfter: '1' }),
    },
    { how: '500', answer: () => ({ kind: 'status', status: 500 }) },
    {
      how: '503 with Retry-After as a date',
      answer: () => ({ kind: 'status', status: 503, retryAfter: inTwoSeconds() }),
    },
    { how: 'nothing, and keeps the connection', answer: () => ({ kind: 'hang' }) },
    { how: 'by closing mid-request', answer: () => ({ kind: 'close' }) },
    { how: 'by closing after it has taken everything', answer: () => ({ kind: 'close', kept: true }) },
  ])('that answers $how gets everything in the end', async ({ answer }) => {
    rig = await OutboxRig.start(IMPATIENT);
    rig.receiver.answer(answer(), 2, 'logs');
    rig.receiver.answer(answer(), 2, 'traces');
    await rig.call(20);
    await rig.receiver.waitFor('the first refusals', () => rig.receiver.requests.length >= 4, 30_000);
    await rig.call(20);
    await rig.settle();
    await rig.proxy.stop();
    expect(rig.faults()).toEqual([]);
    expect(rig.records().filter(({ eventName }) => eventName === 'sightline.loss')).toEqual([]);
  });

  it('that refuses one record and one span for good gets all others, and the loss is told', async () => {
    rig = await OutboxRig.start();
    const isPoison = ({ attributes }: ReceivedRecord | ReceivedSpan) =>
      attributes['gen_ai.tool.name'] === 'poison_15' && attributes['sightline.outcome'] === 'ok';
    rig.receiver.refuse(400, isPoison);
    await rig.call(14);
    await rig.call(1, 'poison');
    await rig.call(14);
    const others = Array.from({ length: 29 }, (_, i) => i + 1).filter((id) => id !== 15);
    await rig.receiver.waitFor('the others', () => rig.arrived().records.length === 28, 30_000);
    await rig.receiver.waitFor('their spans', () => rig.arrived().spans.length === 28, 30_000);
    await rig.receiver.waitFor(
      'the loss',
      () => rig.records().some(({ eventName }) => eventName === 'sightline.loss'),
      30_000,
    );
    await rig.proxy.stop();
    expect(rig.arrived()).toEqual({ records: others, spans: others });
    // The refused record's payloads are records of their own.
    const payloads = rig.records().filter(({ eventName }) => eventName === 'sightline.payload');
    expect(payloads).toHaveLength(58);
    const losses = rig.records().filter(({ eventName }) => eventName === 'sightline.loss');
    const told = losses.map(({ attributes }) => [
      attributes['sightline.loss.stage'],
      attributes['sightline.loss.reason'],
    ]);
    expect(told.toSorted()).toEqual(
      [
        ['export', 'logs_http_400'],
        ['export', 'traces_http_400'],
      ].toSorted(),
    );
  });
});

describe('a proxy that is killed', () => {
  it.each<{ how: string; answer: Answer }>([
    { how: 'while the receiver takes everything', answer: { kind: 'ok' } },
    { how: 'while the receiver is overloaded', answer: { kind: 'status', status: 503 } },
    { how: 'before it hears that the receiver took it', answer: { kind: 'close', kept: true } },
    { how: 'while the receiver hangs', answer: { kind: 'hang' } },
  ])('$how delivers at its next start what was shown before, once', async ({ answer }) => {
    rig = await OutboxRig.start();
    await rig.call(10);
    await rig.settle();
    rig.receiver.answer(answer);
    await rig.call(20);
    await rig.proxy.kill();
    rig.receiver.answer({ kind: 'ok' });
    await rig.startProxy();
    await rig.call(10);
    await rig.settle();
    await rig.proxy.stop();
    expect(rig.faults()).toEqual([]);
    const ends = rig.records().map(({ attributes }) => attributes['sightline.session.end_reason']);
    expect(ends.filter((reason) => reason !== undefined)).toEqual(['crashed', 'shutdown']);
    const sessions = rig.records().map(({ attributes }) => attributes['sightline.session.id']);
    expect(new Set(sessions.filter((id) => id !== undefined)).size).toBe(1);
    const summary = rig.records().findLast(({ eventName }) => eventName === 'sightline.session');
    expect(summary?.attributes).toMatchObject({
      'sightline.session.calls': rig.calls,
      'sightline.session.incomplete': true,
    });
    const { records } = rig.receiver;
    expect(new Set(records.map(({ from }) => from.resource.attributes['service.instance.id'])).size).toBe(1);
  });
});
