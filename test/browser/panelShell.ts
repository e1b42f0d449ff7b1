/**
 * The same promises, kept by the panel: where a run says so, a page of the suite is a dashboard with the panel in it, and
 * what it shows comes through collector, Loki and a data source instead of the program's own page. The dashboard is
 * either a page that loads the panel as Grafana does, or one in a Grafana that somebody runs. Each program delivers under
 * an environment of its own, so that all of them share one stack.
 */
import { randomUUID } from 'node:crypto';
import { inject, it } from 'vitest';
import type { Given, GivenPanel } from '../../grafana-plugin/host/given.ts';
import type { ReactLine } from '../../scripts/panel/host.ts';
import { saveInGrafana } from '../grafana/panelDashboards.ts';
import { type HostPlace, serveHostPages } from '../panel/hostServer.ts';

/** What the tests of the panel share: where its dashboards are, and where their events go. */
export type PanelPlace = { readonly otlp: string } & (
  | ({ readonly kind: 'host' } & HostPlace)
  | { readonly kind: 'grafana' }
);

/** Who has the dashboards of one program. */
export interface PanelHost {
  /** The address of a dashboard that is so; values of its variables may be added. */
  addressOf(given: Given): Promise<URL>;
  close(): Promise<void>;
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
export const inGrafana = panel?.kind === 'grafana';

/** Requests with which a panel asks for more than its dashboard gave it. */
export const QUESTIONS = inGrafana ? /\/api\/ds\/query\b/ : /\/shim$/;

/** For promises that the panel leaves to its dashboard: address, theme, range. */
export function itOnPage(promise: string, test: () => Promise<void>): void {
  if (panel === undefined) it(promise, test);
}

/** For what our own page can bring about and a Grafana is set up for once: the shape of its frames. */
export function itOnHostPage(promise: string, test: () => Promise<void>): void {
  if (!inGrafana) it(promise, test);
}

interface Delivery {
  readonly environment: string;
  readonly host: PanelHost;
}

/** By the address of the program's page. */
const deliveries = new Map<string, Delivery>();

/** What the program needs in its environment for its events to reach the panel. */
export async function deliver(pageUrl: string): Promise<Readonly<Record<string, string>>> {
  if (panel === undefined) return {};
  let delivery = deliveries.get(pageUrl);
  if (delivery === undefined) {
    const host = panel.kind === 'grafana' ? saveInGrafana() : await serveHostPages(panel);
    delivery = { environment: randomUUID(), host };
    deliveries.set(pageUrl, delivery);
  }
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: panel.otlp,
    OTEL_RESOURCE_ATTRIBUTES: `deployment.environment.name=${delivery.environment}`,
  };
}

export async function endDelivery(pageUrl: string): Promise<void> {
  await deliveries.get(pageUrl)?.host.close();
  deliveries.delete(pageUrl);
}

/** The address of a dashboard with one panel that shows what a query of the local page's address would show. */
export async function dashboardUrl(pageUrl: string, query = '', given: Partial<Given> = {}): Promise<string> {
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
  const address = await delivery.host.addressOf({
    panels,
    theme: 'light',
    timeZone: 'utc',
    variables: ['session', 'event'],
    mode: 'dashboard',
    lokiFrames: 'legacy',
    from: range === undefined ? 'now-1h' : `now-${range}`,
    ...given,
  });
  if (open !== undefined) address.searchParams.set('var-session', open);
  if (event !== undefined) address.searchParams.set('var-event', event);
  return address.href;
}

/** Under which environment one program delivers. */
export function environmentOf(pageUrl: string): string {
  return deliveries.get(pageUrl)?.environment ?? '';
}

/** The matchers of it, as the panel's option takes them. */
export function streamsOf(pageUrl: string): string {
  return `deployment_environment_name="${environmentOf(pageUrl)}"`;
}
