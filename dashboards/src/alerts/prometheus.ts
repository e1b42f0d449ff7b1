/** Rules as Prometheus reads them: what is recorded, and what alerts. */
import type { Alert, AlertLabel, ValueForm, Words } from './alert.ts';
import { dashboardOf, labelsOf, runbookOf } from './annotations.ts';
import type { RecordingGroup } from './recording.ts';
import { formatYaml } from './yaml.ts';

/** The group of all alerts in Prometheus. */
export const ALERT_GROUP = 'sightline-alerts';

const MADE = "Made by 'npm run dashboards' from dashboards/src/alerts; change it there.";

export function formatRecording(groups: readonly RecordingGroup[]): string {
  const document = groups.map(({ name, interval, rules }) => ({
    name,
    interval,
    rules: rules.map(({ record, expr }) => ({ record, expr })),
  }));
  return formatYaml(`What is computed beforehand: error budgets by tool, traffic by server.\n${MADE}`, {
    groups: document,
  });
}

export function formatAlerts(alerts: readonly Alert[]): string {
  const rules = alerts.map((alert) => ({
    alert: alert.name,
    expr: alert.expr,
    ...(alert.for !== undefined && { for: alert.for }),
    labels: labelsOf(alert),
    annotations: annotate(alert, PROMETHEUS_WORDS),
  }));
  return formatYaml(
    `What wakes somebody, or waits until the morning. What to do about each: docs/runbook.md.\n${MADE}`,
    {
      groups: [{ name: ALERT_GROUP, rules }],
    },
  );
}

/** The annotations of an alert, in the words of whoever evaluates it. */
export function annotate(alert: Alert, words: Words): Readonly<Record<string, string>> {
  return {
    summary: alert.summary(words),
    description: alert.description(words),
    runbook_url: runbookOf(alert),
    dashboard_url: dashboardOf(alert),
  };
}

/** A label in a template of Go; `$labels` is a map, so that what is absent is empty. */
export function labelInTemplate(key: AlertLabel, absent?: string): string {
  const name = `$labels.${key.replaceAll('.', '_')}`;
  return absent === undefined ? `{{ ${name} }}` : `{{ with ${name} }}{{ . }}{{ else }}${absent}{{ end }}`;
}

/** A figure in a template of Go, from the variable that holds it. */
export function valueInTemplate(variable: string, form: ValueForm): string {
  const FORMS: Readonly<Record<ValueForm, string>> = {
    count: `printf "%.0f" ${variable}`,
    number: `printf "%.1f" ${variable}`,
    share: `${variable} | humanizePercentage`,
    duration: `${variable} | humanizeDuration`,
  };
  return `{{ ${FORMS[form]} }}`;
}

const PROMETHEUS_WORDS: Words = {
  label: labelInTemplate,
  value: (form) => valueInTemplate('$value', form),
};
