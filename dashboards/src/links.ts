/** Ways between the dashboards. Every one keeps the range and the variables that both sides have. */
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';

export const UIDS = {
  overview: 'sightline-overview',
  sessions: 'sightline-sessions',
  events: 'sightline-events',
  session: 'sightline-session',
  tools: 'sightline-tools',
  traffic: 'sightline-traffic',
  health: 'sightline-proxy',
  slo: 'sightline-slo',
} as const;
export type DashboardName = keyof typeof UIDS;

/** By this Grafana finds the dashboards for their menu. */
export const TAG = 'sightline';

/** The menu on top of every dashboard: one button, because eight take three lines of a small screen. */
export function menu(): { build(): DashboardLink } {
  const link = new DashboardLinkBuilder('Sightline')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true)
    .targetBlank(false);
  return {
    build: () => {
      const { placement: _folded, ...rest } = link.build();
      return rest;
    },
  };
}

/**
 * From a row or a point to another dashboard, with the range.
 * @param gives Variables that the row says, whatever the reader chose.
 * @param keeps Variables of both dashboards that keep what the reader chose.
 */
export function to(
  name: DashboardName,
  gives: Readonly<Record<string, string>> = {},
  keeps: readonly string[] = ['server'],
): string {
  const said = [
    '${__url_time_range}',
    ...keeps.filter((variable) => !(variable in gives)).map((variable) => `\${${variable}:queryparam}`),
    ...Object.entries(gives).map(([variable, value]) => `var-${variable}=${value}`),
  ];
  return `/d/${UIDS[name]}?${said.join('&')}`;
}

/** The value of the row's field of this title, fit for an address. */
export const field = (title: string): string => `\${__data.fields["${title}"]:percentencode}`;
