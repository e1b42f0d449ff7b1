/** 2. Who worked with the servers, when and for how long. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { SERVER_CHOSEN } from './figures.ts';
import { dashboard, evenly, line } from './layout.ts';
import { countOver, lastOfSession, logs, type Selection } from './logql.ts';
import { label } from './names.ts';
import { bars, lines } from './panels/chart.ts';
import { loki, prom } from './panels/face.ts';
import { SESSION_LINK, sightline } from './panels/sightline.ts';
import { sideBySide, stat } from './panels/stat.ts';
import { BAR, before, chosen, increase, is, isNot, RANGE, series } from './promql.ts';
import { client, eventOpened, server, sessionOpened } from './variables.ts';

const CHOSEN: Selection['where'] = [
  ['sightline.server.name', chosen('server')],
  ['sightline.client.name', chosen('client')],
];
/** Summaries of sessions: at their end, every five minutes of their life, and whenever they change. */
const summaries = logs({ records: ['session', 'session_live'], where: CHOSEN });
/** What keeps a session alive; that it ended may be told half an hour after the last of it. */
const activity = logs({
  records: ['event'],
  names: [
    'sightline.request',
    'sightline.request.waiting',
    'sightline.notification',
    'sightline.exchange',
    'sightline.server_log',
    'sightline.session.started',
  ],
  where: [...CHOSEN, ['sightline.session.id', isNot('')]],
});
const requests = logs({
  records: ['event'],
  names: ['sightline.request'],
  where: [...CHOSEN, ['sightline.direction', is('client_to_server')]],
});
const ID = label('sightline.session.id');
const alive = `sum by (${ID}) (count_over_time(${activity}[${RANGE}]))`;
const number = `count(${alive}) or vector(0)`;
const durations = `avg(${lastOfSession(summaries, 'sightline.session.duration', RANGE)} and ${alive})`;
const requested = `${countOver(requests, RANGE)} or vector(0)`;
const inRange = (expr: string) => [loki(expr, undefined, 'A'), loki(before(expr), undefined, 'B')];

const ACTIVE_WINDOW = '5m';
const recent = logs({ records: ['session_live'], where: CHOSEN });
const ended = logs({ records: ['session'], where: [['sightline.session.status', '="ended"']] });
const active = `count(sum by (${ID}) (count_over_time(${recent}[${ACTIVE_WINDOW}])) unless sum by (${ID}) (count_over_time(${ended}[${ACTIVE_WINDOW}]))) or vector(0)`;

const indicators = [
  sideBySide(
    {
      title: 'Sessions',
      means: 'Sessions with anything happening in the range, and in the period of the same length before.',
      act: 'The list below has every one of them.',
      unit: 'locale',
      decimals: 0,
    },
    inRange(number),
  ),
  stat(
    {
      title: 'Active',
      means: `Sessions that have not ended and had an event within the last ${ACTIVE_WINDOW.replace('m', ' minutes')} of the range.`,
      act: 'Fewer than are open below: the others are idle, or their clients went away without a word.',
      unit: 'locale',
      decimals: 0,
    },
    loki(active),
  ),
  sideBySide(
    {
      title: 'Average duration',
      means: 'Mean time from the first to the last event of the sessions in the range.',
      act: 'Sessions of no time at all are clients that connect and do nothing.',
      unit: 's',
    },
    inRange(durations),
  ),
  sideBySide(
    {
      title: 'Requests',
      means: 'Requests of clients, of every method.',
      act: 'Divide by the sessions: many requests in few sessions is an agent at work, or in a loop.',
      unit: 'locale',
      decimals: 0,
    },
    inRange(requested),
  ),
];

const open = lines(
  {
    title: 'Sessions over time',
    means:
      'Open sessions by server, of all clients whichever is chosen: begun, and neither ended by the client nor idle for half an hour.',
    act: 'A staircase that only rises is clients that never end theirs.',
    unit: 'locale',
    decimals: 0,
  },
  [
    prom(
      `sum by (${label('sightline.server.name')}) (${series('sightline.sessions.active', SERVER_CHOSEN)})`,
      '{{sightline_server_name}}',
    ),
  ],
).fillOpacity(10);

const ends = bars(
  {
    title: 'Ended sessions by reason',
    means:
      'Why sessions ended: by the client (deleted, closed), by the server (expired), by silence (idle), or with the proxy (shutdown, crashed).',
    act: 'Many that expired: the server forgets sessions its clients still use.',
    unit: 'locale',
    decimals: 0,
    empty: 'no session ended',
  },
  [
    prom(
      increase(
        series(
          'mcp.server.session.duration',
          { ...SERVER_CHOSEN, 'sightline.client.name': chosen('client') },
          'count',
        ),
        BAR,
        ['sightline.session.end_reason'],
      ),
      '{{sightline_session_end_reason}}',
    ),
  ],
);

const list = sightline(
  {
    title: 'Sessions',
    means: 'Every session of the range. A row opens to its timeline.',
    act: 'Red is for errors. A click on the id opens it; its address can be given to somebody else.',
  },
  {
    view: 'sessions',
    filter: '${server:queryparam}&${client:queryparam}',
    sessionVariable: '$session',
    eventVariable: '$event',
    sessionLink: SESSION_LINK,
  },
);

export function sessions(): DashboardBuilder {
  return dashboard({
    name: 'sessions',
    title: 'MCP sessions',
    description: 'Who worked with the servers, when and for how long.',
    from: 'now-1h',
    refresh: '1m',
    variables: [server(), client(), sessionOpened(), eventOpened()],
    lines: [evenly(4, ...indicators), evenly(7, open, ends), line(24, [24, list])],
  });
}
