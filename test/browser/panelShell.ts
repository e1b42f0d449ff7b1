/**
 * The same promises, kept by the panel: where a run says so, a page of the suite is a dashboard with the panel in it, and
 * what it shows comes through collector, Loki and the data sources' shim instead of the program's own page. Each program
 * delivers under an environment of its own, so that all of them share one stack.
 */
import { randomUUID } from 'node:crypto';
import { inject, it } from 'vitest';
import type { Given, GivenPanel } from '../../grafana-plugin/host/given.ts';
import type { ReactLine } from '../../scripts/panel/host.ts';
import { type HostServer, startHostServer } from '../panel/hostServer.ts';

/** What the tests of the panel share: the host page's folder, and where the stack is. */
export interface PanelPlace {
  readonly host: string;
  readonly loki: string;
  readonly tempo: string;
  readonly otlp: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    reactLine: ReactLine | undefined;
    /** Absent where the suite looks at the program's own page. */
    panel: PanelPlace | undefined;
  }
}

// The benchmark opens the program's page too, outside of any suite.
export const panel = process.env['VITEST'] === undefined ? undefined : inject('panel');

/** For promises that the panel leaves to its dashboard: address, theme, range. */
export function itOnPage(promise: string, test: () => Promise<void>): void {
  if (panel === undefined) it(promise, test);
}

interface Delivery {
  readonly environment: string;
  readonly server: HostServer;
}

/** By the address of the program's page. */
const deliveries = new Map<string, Delivery>();

/** What the program needs in its environment for its events to reach the panel. */
export async function deliver(pageUrl: string): Promise<Readonly<Record<string, string>>> {
  if (panel === undefined) return {};
  let delivery = deliveries.get(pageUrl);
  if (delivery === undefined) {
    delivery = { environment: randomUUID(), server: await startHostServer(panel.host, panel) };
    deliveries.set(pageUrl, delivery);
  }
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: panel.otlp,
    OTEL_RESOURCE_ATTRIBUTES: `deployment.environment.name=${delivery.environment}`,
  };
}

export async function endDelivery(pageUrl: string): Promise<void> {
  await deliveries.get(pageUrl)?.server.close();
  deliveries.delete(pageUrl);
}

/** The address of a dashboard with one panel that shows what a query of the local page's address would show. */
export function dashboardUrl(pageUrl: string, query = '', given: Partial<Given> = {}): string {
  const delivery = deliveries.get(pageUrl);
  if (delivery === undefined) throw new Error(`nothing is delivered from ${pageUrl}`);
  const asked = new URLSearchParams(query);
  const take = (name: string) => {
    const value = asked.get(name);
    asked.delete(name);
    return value ?? undefined;
  };
  const [open, event, range, live] = [take('open'), take('event'), take('range'), take('live')];
  const options = {
    loki: 'sightline-loki',
    streams: streamsOf(pageUrl),
    filter: String(asked),
    sessionVariable: '$session',
    eventVariable: '$event',
    ...(live === 'off' && { live: false }),
  };
  const panels: readonly GivenPanel[] = [{ id: 1, title: 'MCP', options, targets: [] }];
  const dashboard: Given = {
    panels,
    theme: 'light',
    timeZone: 'utc',
    variables: ['session', 'event'],
    mode: 'dashboard',
    lokiFrames: 'legacy',
    from: range === undefined ? 'now-1h' : `now-${range}`,
    ...given,
  };
  const said = new URLSearchParams({ given: JSON.stringify(dashboard) });
  if (open !== undefined) said.set('var-session', open);
  if (event !== undefined) said.set('var-event', event);
  return `${delivery.server.origin}/?${said}`;
}

/** Under which environment one program delivers. */
export function environmentOf(pageUrl: string): string {
  return deliveries.get(pageUrl)?.environment ?? '';
}

/** The matchers of it, as the panel's option takes them. */
export function streamsOf(pageUrl: string): string {
  return `deployment_environment_name="${environmentOf(pageUrl)}"`;
}
