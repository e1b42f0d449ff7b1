/**
 * `npm start` without an address: the bundled demo through the real proxy, its telemetry at a real receiver. It
 * claims that a stranger sees every kind of traffic, and that all of it is as the contract says.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../proxy/src/contract/index.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlpReceiver.ts';
import { type RunningProxy, startDemoProxy } from '../support/peersProxy.ts';

let receiver: OtlpReceiver;
let proxy: RunningProxy;

/** Every value that an attribute has had on any record. */
function valuesOf(key: string): ReadonlySet<string> {
  const values = receiver.records.map(({ attributes }) => attributes[key]);
  return new Set(values.filter((value) => value !== undefined).map(String));
}

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  proxy = await startDemoProxy({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } });
});

afterAll(async () => {
  await proxy.stop();
  await receiver.close();
});

describe('the demo', () => {
  it.each<{ key: string; wanted: readonly string[]; why: string }>([
    { key: 'sightline.outcome', wanted: OUTCOMES, why: 'every way a call can end' },
    {
      key: 'mcp.protocol.version',
      wanted: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
      why: 'every revision',
    },
    {
      key: 'sightline.session.source',
      wanted: ['protocol', 'conversation', 'client_hint', 'inferred'],
      why: 'every way to know a session but by trace and by process',
    },
    { key: 'sightline.attempt.result', wanted: ['recovered', 'gave_up'], why: 'both ends of a retry chain' },
    {
      key: 'sightline.result.type',
      wanted: ['complete', 'input_required', 'task'],
      why: 'every kind of answer',
    },
    { key: 'sightline.direction', wanted: ['client_to_server', 'server_to_client'], why: 'both directions' },
    {
      key: 'event.name',
      wanted: [
        'sightline.request',
        'sightline.request.waiting',
        'sightline.notification',
        'sightline.server_log',
        'sightline.exchange',
        'sightline.session.started',
        'sightline.session.ended',
        'sightline.retry.gave_up',
        'sightline.payload',
      ],
      why: 'every kind of record that needs no fault of our own',
    },
    { key: 'sightline.payload.truncated', wanted: ['true', 'false'], why: 'a result beyond the cap' },
    {
      key: 'mcp.method.name',
      wanted: [
        'elicitation/create',
        'sampling/createMessage',
        'subscriptions/listen',
        'notifications/progress',
        'notifications/cancelled',
        'notifications/tools/list_changed',
        'resources/read',
        'prompts/get',
      ],
      why: 'more than calls',
    },
  ])('shows $why ($key)', async ({ key, wanted }) => {
    const missing = (): readonly string[] => wanted.filter((value) => !valuesOf(key).has(value));
    await receiver
      .waitFor(`${key} ${wanted.join()}`, () => missing().length === 0, 30_000)
      .catch(() => undefined);
    expect(missing()).toEqual([]);
  });

  it('ends in order when it is stopped, and has sent nothing that the contract does not know', async () => {
    expect(await proxy.stop(), proxy.output()).toBe(0);
    expect(receiver.violations()).toEqual([]);
  });
});
