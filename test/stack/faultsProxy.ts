/** Proxies whose export a test compares: ended with everything delivered, however slow the machine, and in any case. */
import { expect, vi } from 'vitest';
import { type ProxyOptions, type RunningProxy, startProxy as start } from '../support/peersProxy.ts';
import { pageOf } from './rig.ts';

const DELIVERED_MS = 120_000;

const started: RunningProxy[] = [];

/** As that of the support, but that a test which fails before its end leaves nothing behind. */
export async function startProxy(upstreamUrl: string, options: ProxyOptions): Promise<RunningProxy> {
  const proxy = await start(upstreamUrl, options);
  started.push(proxy);
  return proxy;
}

/** To be called after all tests of a file. */
export async function killProxies(): Promise<void> {
  await Promise.all(started.map((proxy) => proxy.kill()));
}

/** What a later run of the same archive needs. */
export interface Archived {
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Stops the proxy. What could not be delivered within its last seconds (the ends of its sessions come only then) is left
 * to the next start; there are as many as it takes.
 */
export async function stopDelivered(proxy: RunningProxy, { stateDir, env }: Archived): Promise<void> {
  expect(await proxy.stop(), proxy.output()).toBe(0);
  for (let last = proxy; /events wait in the archive/.test(last.output()); ) {
    last = await startProxy('http://127.0.0.1:9/mcp', { stateDir, env });
    await waitDelivered(last);
    expect(await last.stop(), last.output()).toBe(0);
  }
}

/** Waits until the collector has accepted all that the proxy has. */
async function waitDelivered(proxy: RunningProxy): Promise<void> {
  const metrics = `${await pageOf(proxy)}/metrics`;
  await vi.waitFor(
    async () => expect(await (await fetch(metrics)).text()).toMatch(/^sightline_outbox_size 0$/m),
    { timeout: DELIVERED_MS, interval: 200 },
  );
}
