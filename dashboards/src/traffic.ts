/** 6. What passes: methods, statuses, countries, addresses, credentials, bytes. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { requests, SERVER_CHOSEN } from './figures.ts';
import { dashboard, evenly, line } from './layout.ts';
import { countOver, logs } from './logql.ts';
import { bars, coloured, lines } from './panels/chart.ts';
import { limits } from './panels/colours.ts';
import { loki, prom } from './panels/face.ts';
import * as looks from './panels/looks.ts';
import { compared } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { BAR, chosen, increase, is, noneOf, orZero, RANGE, RATE, series, worded } from './promql.ts';
import { ERROR_RATE, NO_ERROR, percent } from './thresholds.ts';
import { httpStatus, method, server } from './variables.ts';

const CHOSEN = { ...SERVER_CHOSEN, 'http.response.status_code': chosen('httpStatus') } as const;
const exchanges = series('sightline.http.exchanges', CHOSEN);
const refused = series('sightline.http.exchanges', {
  ...SERVER_CHOSEN,
  'http.response.status_code': '=~"[45].."',
});
const every = series('sightline.http.exchanges', SERVER_CHOSEN);
const io = (direction: 'receive' | 'transmit'): string =>
  series('sightline.io', { ...SERVER_CHOSEN, 'network.io.direction': is(direction) });
const share = `(${orZero(increase(refused), increase(every))}) / (${increase(every)} > 0)`;
const methods = requests({ 'mcp.method.name': chosen('method') });

const indicators = [
  compared(
    {
      title: 'HTTP exchanges',
      means: 'Requests and answers on the MCP endpoint, whatever they held.',
      act: 'Many more than MCP requests: clients that poll, or send what is no MCP.',
      unit: 'locale',
      decimals: 0,
    },
    { now: increase(exchanges) },
  ),
  compared(
    {
      title: 'MCP requests',
      means: 'Requests of the protocol, of both sides, of the chosen methods.',
      act: 'The chart below names the methods.',
      unit: 'locale',
      decimals: 0,
    },
    { now: increase(methods) },
  ),
  compared(
    {
      title: '4xx and 5xx',
      means: `HTTP exchanges answered with a status of 400 or more. Amber from ${percent(ERROR_RATE.warn)}, red from ${percent(ERROR_RATE.bad)} on. A client that finds out which revision a server speaks makes some.`,
      act: '401 and 403 are credentials, 404 is a session the server forgot, 5xx is the server.',
      unit: 'percentunit',
      decimals: 1,
    },
    { now: share, words: { to: 0.1, times: 100, unit: ' %' } },
    limits(ERROR_RATE),
  ),
  compared(
    {
      title: 'From clients',
      means: 'Bytes of bodies that clients sent.',
      act: 'Large arguments are rare: see the context cost of tools.',
      unit: 'bytes',
    },
    { now: increase(io('receive')), words: { to: 0.1, times: 1 / 1024, unit: ' KiB' } },
  ),
  compared(
    {
      title: 'To clients',
      means: 'Bytes of bodies that went to clients.',
      act: 'What of it models read stands on the dashboard of tools.',
      unit: 'bytes',
    },
    { now: increase(io('transmit')), words: { to: 0.1, times: 1 / 1024, unit: ' KiB' } },
  ),
];

const byMethod = bars(
  {
    title: 'Requests by method',
    means: 'Requests of the protocol, by method, in each interval.',
    act: 'Many `initialize` with few calls: clients that connect and leave.',
    unit: 'locale',
    decimals: 0,
  },
  [prom(increase(methods, BAR, ['mcp.method.name']), '{{mcp_method_name}}')],
);

const byStatus = coloured(
  bars(
    {
      title: 'HTTP exchanges by status',
      means: 'What the MCP endpoint answered, in each interval; none where the client was gone before.',
      act: 'Use "HTTP status" above to see one alone.',
      unit: 'locale',
      decimals: 0,
    },
    [
      prom(
        worded(increase(exchanges, BAR, ['http.response.status_code']), 'http.response.status_code', 'none'),
        '{{http_response_status_code}}',
      ),
    ],
  ),
  {
    '200': 'semi-dark-green',
    '202': 'light-green',
    '400': 'light-orange',
    '401': 'semi-dark-orange',
    '403': 'dark-orange',
    '404': 'semi-dark-yellow',
    '500': 'semi-dark-red',
    '502': 'dark-red',
    '503': 'light-red',
    '504': 'semi-dark-purple',
  },
);

const bytes = lines(
  {
    title: 'Bytes per second',
    means: 'Bodies through the proxy, by server and direction.',
    act: 'Streams that stay open show nothing while nothing is sent.',
    unit: 'Bps',
  },
  [
    prom(
      `sum by (sightline_server_name) (rate(${io('transmit')}[${RATE}]))`,
      '{{sightline_server_name}} to clients',
    ),
    prom(
      `sum by (sightline_server_name) (rate(${io('receive')}[${RATE}]))`,
      '{{sightline_server_name}} from clients',
    ),
  ],
);

const byClient = bars(
  {
    title: 'Tool calls by client',
    means: 'Who calls, in each interval.',
    act: 'One client that outgrows the others may be in a loop: see its sessions.',
    unit: 'locale',
    decimals: 0,
  },
  [
    prom(
      increase(series('sightline.calls', SERVER_CHOSEN), BAR, ['sightline.client.name']),
      '{{sightline_client_name}}',
    ),
  ],
);

const methodTable = table(
  {
    title: 'Methods',
    means: 'Requests by method, and how many failed, whoever caused it.',
    act: 'A method that fails always is one that the server does not have.',
  },
  {
    keys: [['mcp.method.name', 'Method']],
    columns: [
      { title: 'Requests', expr: increase(methods, RANGE, ['mcp.method.name']), looks: looks.sorted },
      {
        title: 'Failed',
        expr: orZero(
          increase(
            requests({ 'mcp.method.name': chosen('method'), 'sightline.outcome': noneOf(NO_ERROR) }),
            RANGE,
            ['mcp.method.name'],
          ),
          increase(methods, RANGE, ['mcp.method.name']),
        ),
        looks: looks.failures,
      },
    ],
    sortBy: 'Requests',
  },
);

const countries = table(
  {
    title: 'Countries',
    means:
      'HTTP exchanges by the country of the address; a private address, or one that nobody lists, has none.',
    act: 'A country where nobody works for you is worth a look at the addresses.',
  },
  {
    keys: [['sightline.client.country', 'Country']],
    columns: [
      {
        title: 'Exchanges',
        expr: worded(
          increase(exchanges, RANGE, ['sightline.client.country']),
          'sightline.client.country',
          'private',
        ),
        looks: looks.sorted,
      },
    ],
    sortBy: 'Exchanges',
  },
);

const credentials = table(
  {
    title: 'Credentials',
    means: 'HTTP exchanges by the kind of credential they carried; the credential itself is kept nowhere.',
    act: '"none" where a login is required are the refused.',
  },
  {
    keys: [['sightline.credential.kind', 'Kind']],
    columns: [
      {
        title: 'Exchanges',
        expr: increase(exchanges, RANGE, ['sightline.credential.kind']),
        looks: looks.sorted,
      },
    ],
    sortBy: 'Exchanges',
  },
);

const addresses = table(
  {
    title: 'Addresses',
    means: 'The 20 addresses with the most MCP requests, from the event records.',
    act: 'Behind a proxy of your own, name it in `trusted-proxies`, or all have its address.',
  },
  {
    keys: [['client.address', 'Address']],
    columns: [
      {
        title: 'Requests',
        expr: `topk(20, ${countOver(
          logs({
            records: ['event'],
            names: ['sightline.request'],
            where: [
              ['sightline.server.name', chosen('server')],
              ['client.address', '!=""'],
            ],
          }),
          RANGE,
          ['client.address'],
        )})`,
        looks: looks.sorted,
      },
    ],
    sortBy: 'Requests',
  },
  loki,
);

export function traffic(): DashboardBuilder {
  return dashboard({
    name: 'traffic',
    title: 'MCP traffic',
    description: 'What passes: methods, statuses, countries, addresses, credentials, bytes.',
    from: 'now-1h',
    refresh: '1m',
    variables: [server(), method(), httpStatus()],
    lines: [
      { height: 4, panels: indicators.map((panel, at) => [at < 4 ? 5 : 4, panel] as const) },
      evenly(8, byMethod, byStatus),
      evenly(8, byClient, bytes),
      line(8, [9, methodTable], [5, addresses], [5, countries], [5, credentials]),
    ],
  });
}
