/** What a reader does with the dashboard's own controls, whoever has the dashboard. */
import type { Page } from 'playwright-core';
import type { HostControls } from '../../grafana-plugin/host/Dashboard.tsx';
import { inGrafana } from '../browser/panelShell.ts';
import { grafanaControls } from '../grafana/controls.ts';

/** @throws in a Grafana that has no such control: its theme, say, is said when a dashboard is opened. */
export async function control<Name extends keyof HostControls>(
  page: Page,
  name: Name,
  ...given: Parameters<HostControls[Name]>
): Promise<void> {
  if (inGrafana) {
    const own = grafanaControls(page)[name] as ((...all: unknown[]) => Promise<void>) | undefined;
    if (own === undefined) throw new Error(`a Grafana has no control for ${name}`);
    return own(...given);
  }
  await page.evaluate(
    ([called, values]) => {
      const controls = Reflect.get(window, 'host') as Record<string, (...all: unknown[]) => void>;
      controls[called]?.(...values);
    },
    [name, given as unknown[]] as const,
  );
}
