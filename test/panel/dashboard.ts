/** A dashboard with the panel in it, for promises that only a panel makes. */
import type { Page } from 'playwright-core';
import type { Given, GivenPanel, GivenTarget } from '../../grafana-plugin/host/given.ts';
import { targetsFor } from '../../grafana-plugin/src/data/targets.ts';
import { dashboardUrl, environmentOf, streamsOf } from '../browser/panelShell.ts';
import { openWatched, type PageOptions } from '../browser/watchedPage.ts';

/** Panels of a program's events, side by side unless sized; each with these options. */
export function panelsOf(pageUrl: string, ...panels: readonly Partial<GivenPanel>[]): readonly GivenPanel[] {
  return panels.map((panel, index) => ({
    id: index + 1,
    title: `Panel ${index + 1}`,
    targets: [],
    ...panel,
    options: { loki: 'sightline-loki', streams: streamsOf(pageUrl), ...panel.options },
  }));
}

/** The two queries that a dashboard gives the panel. */
export function targetsOf(pageUrl: string): readonly GivenTarget[] {
  const { sessions, events } = targetsFor({
    service_name: 'sightline',
    deployment_environment_name: environmentOf(pageUrl),
  });
  const datasource = { type: 'loki', uid: 'sightline-loki' };
  return [
    { refId: 'A', datasource, expr: sessions, queryType: 'range', maxLines: 1_000 },
    { refId: 'B', datasource, expr: events, queryType: 'range', maxLines: 1_000 },
  ];
}

/** @param query Of the dashboard's own address, as `var-session=…`. */
export async function openDashboard(
  pageUrl: string,
  given: Partial<Given>,
  { query = '', ...options }: PageOptions & { readonly query?: string } = {},
): Promise<Page> {
  const address = await dashboardUrl(pageUrl, '', given);
  return openWatched(`${address}${query === '' ? '' : `&${query}`}`, options);
}
