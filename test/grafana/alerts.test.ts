/**
 * The provisioned alerts in a real Grafana, into whose Prometheus the demo has been exporting for some minutes: all are
 * there, under their uids, evaluate without an error, and say of the demo's faults what Prometheus' own say.
 */
import { describe, expect, it } from 'vitest';
import { ALERTS } from '../../dashboards/src/alerts/catalogue.ts';
import { askGrafana, whyNoGrafana } from './grafana.ts';

/** Grafana evaluates once a minute. */
const EVALUATED_MS = 150_000;

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  /** The first moment of the calendar while it never was. */
  readonly lastEvaluation: string;
  readonly alerts?: readonly {
    readonly state: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

async function rules(): Promise<readonly Rule[]> {
  const answer = (await askGrafana('/api/prometheus/grafana/api/v1/rules')) as {
    readonly data: { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] };
  };
  return answer.data.groups.filter(({ name }) => name === 'sightline').flatMap((group) => group.rules);
}

describe.skipIf(whyNoGrafana !== undefined)('alerts', () => {
  it('are provisioned, each from the file', async () => {
    const found = (await askGrafana('/api/v1/provisioning/alert-rules')) as readonly {
      readonly title: string;
      readonly provenance: string;
    }[];
    const ours = found.filter(({ title }) => title.startsWith('Sightline'));
    expect(ours.map(({ title }) => title).sort()).toEqual(ALERTS.map(({ name }) => name).sort());
    for (const { title, provenance } of ours) expect(provenance, title).toBe('file');
  });

  it(
    'evaluate without an error',
    async () => {
      const evaluated = async () =>
        (await rules())
          .map(({ name, health, lastError = '', lastEvaluation }) =>
            lastEvaluation.startsWith('0001') ? [name, 'not yet'] : [name, health, lastError],
          )
          .sort();
      await expect
        .poll(evaluated, { timeout: EVALUATED_MS })
        .toEqual(ALERTS.map(({ name }) => [name, 'ok', '']).sort());
    },
    EVALUATED_MS + 10_000,
  );

  it('say of a tool of the demo that mostly fails which one it is, and how much', async () => {
    const alert = (await rules())
      .find(({ name }) => name === 'SightlineToolBurnsFast')
      ?.alerts?.find(({ labels }) => labels['gen_ai_tool_name'] === 'create_payment');
    expect(alert?.state).toMatch(/^Alerting/);
    expect(alert?.labels).toEqual({
      alertname: 'SightlineToolBurnsFast',
      grafana_folder: 'Sightline alerts',
      severity: 'critical',
      component: 'tool',
      sightline_server_name: 'demo',
      gen_ai_tool_name: 'create_payment',
    });
    expect(alert?.annotations).toMatchObject({
      summary: 'Tool create_payment of server demo fails fast',
      description: expect.stringMatching(/^create_payment uses its error budget up \d+\.\d times faster/),
      runbook_url: 'docs/runbook.md#sightlinetoolburnsfast',
      dashboard_url: '/d/sightline-slo?var-server=demo&var-tool=create_payment',
    });
  });
});
