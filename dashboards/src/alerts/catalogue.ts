/** All alerts, and the files that are made of them. */
import type { Alert } from './alert.ts';
import { RUNBOOK } from './annotations.ts';
import { formatGrafanaAlerts } from './grafana.ts';
import { formatAlerts, formatRecording } from './prometheus.ts';
import { RECORDING } from './recording.ts';
import { formatRunbook } from './runbook.ts';
import { SERVER_ALERTS } from './serverAlerts.ts';
import { TELEMETRY_ALERTS } from './telemetryAlerts.ts';
import { TOOL_ALERTS } from './toolAlerts.ts';

export const ALERTS: readonly Alert[] = [...TOOL_ALERTS, ...SERVER_ALERTS, ...TELEMETRY_ALERTS];

/** By their paths in the repository. */
export const ALERT_FILES: Readonly<Record<string, () => string>> = {
  'deploy/prometheus/rules/recording.yml': () => formatRecording(RECORDING),
  'deploy/prometheus/rules/alerts.yml': () => formatAlerts(ALERTS),
  'deploy/grafana/provisioning/alerting/sightline.yaml': () => formatGrafanaAlerts(ALERTS),
  [RUNBOOK]: () => formatRunbook(ALERTS),
};
