/**
 * Dashboards with the panel in a real Grafana, saved by its API for as long as a test needs them: what
 * `grafana-plugin/host` draws by itself, said in Grafana's own words.
 */
import { randomUUID } from 'node:crypto';
import type { Given, GivenPanel, GivenTarget } from '../../grafana-plugin/host/given.ts';
import type { PanelHost } from '../browser/panelShell.ts';
import { askGrafana, ORIGIN } from './grafana.ts';

export const PLUGIN = 'sightline-mcpsessions-panel';

/** Pixels of Grafana's grid: 24 columns of a window of 1440, and rows with what is between them. */
const COLUMN = 60;
const ROW = 38;
/** What a panel's frame takes from its height. */
const FRAME = 40;
/** How long Grafana keeps a snapshot that a killed run left behind, seconds. */
const SNAPSHOT_KEPT = 3_600;

export function saveInGrafana(): PanelHost {
  const removals: (() => Promise<unknown>)[] = [];
  return {
    addressOf: async (given) => {
      const uid = `sightline-test-${randomUUID().slice(0, 8)}`;
      await askGrafana('/api/dashboards/db', { dashboard: { uid, ...dashboardOf(given) }, overwrite: true });
      removals.push(() => askGrafana(`/api/dashboards/uid/${uid}`, undefined, 'DELETE'));
      if (given.mode === 'public') return publish(uid, given);
      if (given.mode === 'snapshot') return takeSnapshot(uid, given, removals);
      const address = new URL(`${ORIGIN}/d/${uid}`);
      const said = { kiosk: '1', from: given.from, to: 'now', theme: given.theme };
      for (const [name, value] of Object.entries(said)) address.searchParams.set(name, value);
      // One panel without a size has all of the page: so does a panel that is viewed alone.
      const [first] = given.panels;
      if (given.panels.length === 1 && first !== undefined && !isSized(first)) {
        address.searchParams.set('viewPanel', `panel-${first.id}`);
      }
      return address;
    },
    close: async () => {
      for (const remove of removals.splice(0)) await remove();
    },
  };
}

async function publish(uid: string, { theme }: Given): Promise<URL> {
  const published = (await askGrafana(`/api/dashboards/uid/${uid}/public-dashboards`, {
    isEnabled: true,
    share: 'public',
    timeSelectionEnabled: true,
  })) as { readonly accessToken: string };
  return new URL(`${ORIGIN}/public-dashboards/${published.accessToken}?theme=${theme}`);
}

/** The frames are asked for as Grafana's own server gives them, and become part of the dashboard. */
async function takeSnapshot(uid: string, given: Given, removals: (() => Promise<unknown>)[]): Promise<URL> {
  const panels = await Promise.all(
    given.panels.map(async (panel) => {
      const snapshot = (await Promise.all(panel.targets.map((target) => framesOf(target, given)))).flat();
      const datasource = { type: 'grafana', uid: 'grafana' };
      return { ...panel, targets: [{ refId: 'A', datasource, queryType: 'snapshot', snapshot }] };
    }),
  );
  const { key, deleteKey } = (await askGrafana('/api/snapshots', {
    dashboard: { uid, ...dashboardOf({ ...given, panels }) },
    name: 'sightline-test',
    expires: SNAPSHOT_KEPT,
  })) as { readonly key: string; readonly deleteKey: string };
  removals.push(() => askGrafana(`/api/snapshots-delete/${deleteKey}`));
  return new URL(`${ORIGIN}/dashboard/snapshot/${key}?theme=${given.theme}`);
}

async function framesOf(target: GivenTarget, { from }: Given): Promise<readonly unknown[]> {
  const answer = (await askGrafana('/api/ds/query', { from, to: 'now', queries: [target] })) as {
    readonly results: Readonly<Record<string, { readonly frames: readonly unknown[] }>>;
  };
  return answer.results[target.refId]?.frames ?? [];
}

/** Without its uid. */
export function dashboardOf({ panels, timeZone, from, variables }: Given): Readonly<Record<string, unknown>> {
  let y = 0;
  return {
    title: `Sightline's tests ${randomUUID().slice(0, 8)}`,
    tags: ['sightline-test'],
    timezone: timeZone,
    time: { from, to: 'now' },
    schemaVersion: 42,
    templating: {
      list: variables.map((name) => ({ name, type: 'textbox', query: '', current: { text: '', value: '' } })),
    },
    panels: panels.map((panel) => {
      const placed = { ...panelOf(panel), gridPos: { x: 0, y, ...sizeOf(panel) } };
      y += placed.gridPos.h;
      return placed;
    }),
  };
}

function panelOf({ id, title, type, options, targets }: GivenPanel): Readonly<Record<string, unknown>> {
  const datasource = targets[0]?.datasource;
  return {
    id,
    title: title ?? `Panel ${id}`,
    type: type ?? PLUGIN,
    options,
    targets,
    ...(datasource && { datasource }),
  };
}

function isSized({ width, height }: GivenPanel): boolean {
  return width !== undefined || height !== undefined;
}

function sizeOf({ width, height = 720 }: GivenPanel): { readonly w: number; readonly h: number } {
  return {
    w: width === undefined ? 24 : Math.min(24, Math.ceil(width / COLUMN)),
    h: Math.ceil((height + FRAME) / ROW),
  };
}
