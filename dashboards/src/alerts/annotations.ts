/** What every alert carries whoever evaluates it: labels to route by, where to look, what to read. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { DASHBOARDS } from '../catalogue.ts';
import { type DashboardName, UIDS } from '../links.ts';
import { label } from '../names.ts';
import { panelsOf } from '../read.ts';
import type { Alert } from './alert.ts';

export const RUNBOOK = 'docs/runbook.md';

/** Labels for routing. */
export function labelsOf({ severity, component }: Alert): {
  readonly severity: string;
  readonly component: string;
} {
  return { severity, component };
}

/** Where the runbook's section stands in this repository; whose copy of it, nobody but its owner knows. */
export function runbookOf({ name }: Alert): string {
  return `${RUNBOOK}#${name.toLowerCase()}`;
}

const built = Object.values(DASHBOARDS).map((make) => make().build());

/** @throws when there is none, which no name of ours can make happen. */
function find(name: DashboardName): Dashboard {
  const found = built.find(({ uid }) => uid === UIDS[name]);
  if (found === undefined) throw new Error(`no dashboard '${UIDS[name]}'`);
  return found;
}

/** What a reader knows a dashboard by, in italics. */
export const titled = (name: DashboardName): string => `*${find(name).title}*`;

const VARIABLES = { 'sightline.server.name': 'server', 'gen_ai.tool.name': 'tool' } as const;

/** Below Grafana's address, with server and tool chosen where the alert names them and the dashboard has the choice. */
export function dashboardOf({ panel, labels }: Alert): string {
  const has = (find(panel.dashboard).templating?.list ?? []).map(({ name }) => name);
  const chosen = Object.entries(VARIABLES)
    .filter(([key, variable]) => (labels as readonly string[]).includes(key) && has.includes(variable))
    .map(
      ([key, variable]) => `var-${variable}={{ $labels.${label(key as keyof typeof VARIABLES)} | urlquery }}`,
    );
  return [`/d/${UIDS[panel.dashboard]}`, ...(chosen.length > 0 ? [chosen.join('&')] : [])].join('?');
}

/** The number of the panel that shows it. @throws when its dashboard has none of that title. */
export function panelIdOf({ name, panel }: Alert): number {
  const found = panelsOf(find(panel.dashboard)).find(({ title }) => title === panel.title);
  if (found?.id === undefined) throw new Error(`${name}: ${panel.dashboard} has no panel '${panel.title}'`);
  return found.id;
}
