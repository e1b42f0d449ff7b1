/** All dashboards, by the file that each becomes. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { events } from './events.ts';
import { overview } from './overview.ts';
import { proxyHealth } from './proxyHealth.ts';
import { oneSession } from './session.ts';
import { sessions } from './sessions.ts';
import { slo } from './slo.ts';
import { tools } from './tools.ts';
import { traffic } from './traffic.ts';

/** File names below `dashboards/`, in the order of the product. */
export const DASHBOARDS: Readonly<Record<string, () => { build(): Dashboard }>> = {
  'overview.json': overview,
  'sessions.json': sessions,
  'events.json': events,
  'session.json': oneSession,
  'tools.json': tools,
  'traffic.json': traffic,
  'proxy.json': proxyHealth,
  'slo.json': slo,
};

/** The text of a file: what Grafana reads, with keys in the order in which they were said. */
export function textOf(make: () => { build(): Dashboard }): string {
  return `${JSON.stringify(make().build(), null, 2)}\n`;
}
