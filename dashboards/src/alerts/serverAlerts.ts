/** Alerts about a server behind the proxy: it is silent, or nobody calls it any more. */
import type { LabelOf } from '../names.ts';
import { by, increase, is, isNot, type Matchers, noneOf, oneOf, series } from '../promql.ts';
import { NO_TRAFFIC, SERVER_DOWN } from '../thresholds.ts';
import { type Alert, nameless, SERVER, spell } from './alert.ts';
import { titled } from './annotations.ts';
import { BUSY, REQUESTS } from './recorded.ts';

const requests = (matchers: Matchers<LabelOf<'mcp.server.operation.duration'>>): string =>
  series('mcp.server.operation.duration', matchers, 'count');

/** Nobody answered: unreachable, broken off, too late, or a gateway's error page. Of sessions that end it says nothing. */
const SILENT = oneOf(['http_error', 'interrupted', 'timeout']);
const silent = requests({ 'sightline.outcome': SILENT, 'sightline.outcome.origin': is('upstream') });
/** 503 is what a stopping proxy answers by itself. */
const unreachable = requests({
  'sightline.outcome': SILENT,
  'sightline.outcome.origin': is('proxy'),
  'error.type': isNot('503'),
});
/** The server said something, if only that the caller is wrong. */
const answered = requests({
  'sightline.outcome': noneOf([
    'http_error',
    'interrupted',
    'timeout',
    'unanswered',
    'cancelled',
    'abandoned',
  ]),
  'sightline.outcome.origin': isNot('proxy'),
});

const down: Alert = {
  name: 'SightlineUpstreamDown',
  severity: 'critical',
  component: 'server',
  expr: [
    `sum ${by(...SERVER)} (`,
    `  increase(${silent}[${SERVER_DOWN.window}])`,
    `  or increase(${unreachable}[${SERVER_DOWN.window}])`,
    `) >= ${SERVER_DOWN.failures}`,
    `unless ${increase(answered, SERVER_DOWN.since, SERVER)} > 0`,
  ].join('\n'),
  for: '1m',
  labels: SERVER,
  summary: ({ label }) => `Server ${label('sightline.server.name')} does not answer`,
  description: ({ label, value }) =>
    `${value('count')} requests to ${label('sightline.server.name')} got no answer within ${spell(SERVER_DOWN.window)}, and none got one within ${spell(SERVER_DOWN.since)}.`,
  panel: { dashboard: 'overview', title: 'Servers' },
  runbook: {
    means: `Within ${spell(SERVER_DOWN.window)} at least ${SERVER_DOWN.failures} requests could not reach the server, were broken off, came
too late (408, 504, \`request-timeout\`) or got an error page, and within ${spell(SERVER_DOWN.since)} not one got an answer. A JSON-RPC
error is an answer; so is a refusal. The proxy sends nothing of its own: when callers stop trying, this ends, whether
or not the server is back.`,
    look: [
      `The dashboard ${titled('events')} with this server chosen: the error message names the cause as the network told it (refused, no such host, certificate, reset).`,
      `${titled('overview')}, "Failures by origin": \`proxy\` is a server that cannot be reached, \`upstream\` one that answers badly or breaks off.`,
      "From the proxy's machine, the server's address as configured: `curl -i` to it.",
    ],
    act: [
      'Not reachable: start the server, or mend name, port, certificate or network. The proxy needs no restart; the next request tries again.',
      'An error page of 502, 503 or 504: what stands between proxy and server is where to look.',
      "Broken off in the middle: the server's own log; it mostly crashes on one input, which stands in the event.",
      'A changed address: `--config` or `SIGHTLINE_UPSTREAM`, and restart the proxy.',
    ],
  },
};

const usuallyQuiet = (before: string): string =>
  `unless min_over_time(${REQUESTS}[2h] offset ${before}) == 0`;

const noTraffic: Alert = {
  name: 'SightlineNoTraffic',
  severity: 'warning',
  component: 'server',
  expr: nameless(
    SERVER,
    [
      `${REQUESTS} == 0`,
      `and last_over_time(${BUSY}[${NO_TRAFFIC.remembered}])`,
      // From one hour before to one hour after this time of the day: a day is 24 hours, a week 168.
      usuallyQuiet('23h'),
      usuallyQuiet('167h'),
    ].join('\n'),
  ),
  // When metrics come again after a while, the first of them shows no increase yet.
  for: '2m',
  labels: SERVER,
  summary: ({ label }) => `No requests to server ${label('sightline.server.name')} any more`,
  description: ({ label }) =>
    `${label('sightline.server.name')} was in constant use, and for ${spell(NO_TRAFFIC.quiet)} no request has come. The proxy itself reports.`,
  panel: { dashboard: 'overview', title: 'Tool calls by outcome' },
  runbook: {
    means: `For at least ${spell(NO_TRAFFIC.busy)} without a break, within the last ${spell(NO_TRAFFIC.remembered)}, the server had
${NO_TRAFFIC.requests} requests or more in every quarter of an hour; for ${spell(NO_TRAFFIC.quiet)} it has had none, of no kind. The end of
a working day is no alert: where the same hour a day or a week ago had a quiet quarter of an hour too, nothing fires.
On the first day there is nothing to compare with. Sparse traffic never alerts. After ${spell(NO_TRAFFIC.remembered)} the alert ends by itself.`,
    look: [
      `Whether clients can reach the proxy: name, port, certificate, load balancer, and its own guard (\`allowed-hosts\` refuses with 403, ${titled('traffic')} shows it).`,
      'Whether clients go past the proxy: a configuration that names the server itself.',
      'Other servers of the same proxy: if all are quiet it is the way to the proxy, if one, its callers.',
    ],
    act: [
      "Send one request by hand to the proxy's address. If it shows on the dashboard, the callers have stopped; ask them.",
      'If it was meant (a client was switched off), silence the alert; it ends by itself.',
    ],
  },
};

export const SERVER_ALERTS: readonly Alert[] = [down, noTraffic];
