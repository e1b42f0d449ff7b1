/** The end of a proxy whose export a test compares: in order, and with everything delivered, however slow the machine. */
import { expect } from 'vitest';
import { type RunningProxy, startProxy } from '../support/peersProxy.ts';
import { pageOf } from './rig.ts';

const DELIVERED_MS = 120_000;

/** What a later run of the same archive needs. */
export interface Archived {
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Waits until the collector has accepted all that the proxy has recorded so far. */
export async function waitDelivered(proxy: RunningProxy): Promise<void> {
  const metrics = `${await pageOf(proxy)}/metrics`;
  const waiting = async () => /^sightline_outbox_size (\d+)/m.exec(await (await fetch(metrics)).text())?.[1];
  await expect.poll(waiting, { timeout: DELIVERED_MS, interval: 200 }).toBe('0');
}

/**
 * Stops the proxy. What could not be delivered within its last seconds (the ends of its sessions come only then) is left
 * to the next start; there are as many as it takes.
 */
export async function stopDelivered(proxy: RunningProxy, { stateDir, env }: Archived): Promise<void> {
  expect(await proxy.stop(), proxy.output()).toBe(0);
  for (let last = proxy; /events? waits? in the archive/.test(last.output()); ) {
    last = await startProxy('http://127.0.0.1:9/mcp', { stateDir, env });
    await waitDelivered(last);
    expect(await last.stop(), last.output()).toBe(0);
  }
}
