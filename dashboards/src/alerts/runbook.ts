/** `docs/runbook.md`: a section for each alert, from the same source, so that none is missing and no figure is old. */
import type { Alert, Component } from './alert.ts';

const HEAD = `# Runbook

Made by \`npm run dashboards\` from \`dashboards/src/alerts\`; change it there. One section for each alert: what it means,
where to look, what to do. Every alert names its section in \`runbook_url\`, as a path of this repository, because
whose copy you read only you know. \`dashboard_url\` is an address below your Grafana's.

**critical** wakes somebody, **warning** waits until the morning. Route by these labels: \`severity\`, and \`component\`,
which says what to look at first: \`tool\`, \`server\` (behind the proxy), \`proxy\`, \`collector\` (and the stores).
While \`SightlineUpstreamDown\` fires for a server, the alerts of its tools add nothing; an inhibition in Alertmanager
on \`sightline_server_name\` keeps them quiet.

Prometheus evaluates the rules of \`deploy/prometheus/rules/\`, Grafana those of
\`deploy/grafana/provisioning/alerting/\`: the same alerts. Prometheus of this stack has no Alertmanager, so its own
are to be seen only; Grafana tells whoever its contact points name. None is set, and its default one fails without a
mail server (\`deploy/README.md\`, "Whom Grafana tells"). With an Alertmanager, delete
Grafana's file. Bundled with the proxy, the demo fails on purpose: with it some of these fire, and shall.`;

const COMPONENTS: Readonly<Record<Component, string>> = {
  tool: 'one tool',
  server: 'a server behind the proxy',
  proxy: 'the proxy',
  collector: 'collector and stores',
};

/** The page. */
export function formatRunbook(alerts: readonly Alert[]): string {
  const rows = alerts.map(
    ({ name, severity, component, runbook }) =>
      `| [${name}](#${name.toLowerCase()}) | ${severity} | ${COMPONENTS[component]} | ${firstSentence(runbook.means)} |`,
  );
  const list = ['| alert | severity | about | means |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return `${[HEAD, list, ...alerts.map(formatSection)].join('\n\n')}\n`;
}

function formatSection({ name, severity, runbook: { means, look, act } }: Alert): string {
  return [
    `## ${name}`,
    `*${severity}*`,
    `**What it means.** ${means}`
      .split('\n\n')
      .map((paragraph) => wrap(paragraph))
      .join('\n\n'),
    `**Where to look**\n\n${points(look)}`,
    `**What to do**\n\n${points(act)}`,
  ].join('\n\n');
}

const points = (texts: readonly string[]): string => texts.map((text) => wrap(`- ${text}`, '  ')).join('\n');

const WIDTH = 118;

/** Words in lines of a width that is read without scrolling; all lines but the first indented. */
function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines.join('\n');
}

/** Up to the first full stop or colon that ends a part of a sentence. */
function firstSentence(text: string): string {
  return text.replaceAll('\n', ' ').split(/[.:](?=\s)/)[0] ?? '';
}
