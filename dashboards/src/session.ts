/** 4. One session, from its first event to its last. */
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { slimStages } from '../../grafana-plugin/src/data/slim.ts';
import { TARGETS } from '../../grafana-plugin/src/data/targets.ts';
import type { AttributeKey } from '../../proxy/src/contract/index.ts';
import { dashboard, evenly, line } from './layout.ts';
import { countOver, lastOfSession, logs } from './logql.ts';
import { label } from './names.ts';
import { bars, coloured } from './panels/chart.ts';
import { limits, OUTCOME_COLOURS } from './panels/colours.ts';
import { type Face, loki } from './panels/face.ts';
import { records, traces } from './panels/lists.ts';
import * as looks from './panels/looks.ts';
import { sightline } from './panels/sightline.ts';
import { stat } from './panels/stat.ts';
import { table } from './panels/table.ts';
import { BAR, type Match, RANGE, typed } from './promql.ts';
import { bucket, eventOpened, session } from './variables.ts';

/** Exactly this session. */
const OF_THIS = { session: typed('session'), bucket: typed('bucket', '=~') } as const;
const events = (more: readonly (readonly [AttributeKey, Match])[] = []) =>
  logs({
    records: ['event'],
    names: ['sightline.request'],
    ...OF_THIS,
    where: more,
  });
const summaries = logs({
  records: ['session', 'session_live'],
  ...OF_THIS,
});

const NONE = 'choose a session';
const total = (face: Omit<Face, 'empty'>, key: AttributeKey, bad?: number) =>
  stat(
    { ...face, empty: NONE },
    loki(`sum(${lastOfSession(summaries, key, RANGE)})`),
    bad === undefined ? undefined : limits({ warn: bad, bad }),
  );

const totals = [
  total(
    {
      title: 'Requests',
      means: 'All requests of the client, since the session began.',
      act: 'Compare with errors beside it.',
      unit: 'locale',
      decimals: 0,
    },
    'sightline.session.calls',
  ),
  total(
    {
      title: 'Errors',
      means: 'Requests that ended in anything but ok or cancelled.',
      act: 'Each is red in the timeline.',
      unit: 'locale',
      decimals: 0,
    },
    'sightline.session.errors',
    1,
  ),
  total(
    {
      title: 'Duration',
      means: 'From the first event to the last.',
      act: 'Much longer than the time in tools: the model or the user was thinking.',
      unit: 's',
    },
    'sightline.session.duration',
  ),
  total(
    {
      title: 'Time in tools',
      means: 'Added up over all tool calls; those at the same time count twice.',
      act: 'The table of tools says which.',
      unit: 's',
    },
    'sightline.session.tool_time',
  ),
  total(
    {
      title: 'Retries',
      means: 'Second and later attempts of a failed call.',
      act: 'The timeline brackets the attempts that belong together.',
      unit: 'locale',
      decimals: 0,
    },
    'sightline.session.retries',
  ),
  total(
    {
      title: 'Bytes',
      means: 'Bytes of requests and answers.',
      act: 'The context cost below says of which tools.',
      unit: 'bytes',
    },
    'sightline.session.bytes',
  ),
  total(
    {
      title: 'Context tokens',
      means: 'Estimated tokens of tool definitions and results: a quarter of their bytes.',
      act: 'The context cost below says of which tools.',
      unit: 'short',
    },
    'sightline.session.tokens_estimated',
  ),
  total(
    {
      title: 'Recovered',
      means: 'Retried calls that succeeded in the end.',
      act: 'Many retries for few that recovered: the timeline says which calls were given up.',
      unit: 'locale',
      decimals: 0,
    },
    'sightline.session.recovered',
  ),
];

const timeline = sightline(
  {
    title: 'Timeline',
    means:
      'Every event of the session in its order, with durations, gaps, and calls that ran at the same time.',
    act: 'Without a session chosen, this is the list of sessions: a click on one opens it here.',
  },
  {
    view: 'sessions',
    filter: 'q=${session:percentencode}',
    sessionVariable: '$session',
    eventVariable: '$event',
    live: true,
  },
  {
    sessions: TARGETS.sessions,
    events: `${logs({ records: ['event'], ...OF_THIS })} ${slimStages('event')}`,
  },
);

const TOOL = label('gen_ai.tool.name');
const ofTools = events([['gen_ai.tool.name', '!=""']]);
const cost = table(
  {
    title: 'Context cost by tool',
    means:
      'What each tool put into the context of this session: results in bytes, and a quarter of that as tokens.',
    act: 'The first rows are what to page, cut or call less.',
    empty: NONE,
  },
  {
    keys: [['gen_ai.tool.name', 'Tool']],
    columns: [
      { title: 'Calls', expr: countOver(ofTools, RANGE, ['gen_ai.tool.name']), looks: looks.count },
      {
        title: 'Arguments',
        expr: `sum by (${TOOL}) (sum_over_time(${ofTools} | unwrap ${label('sightline.request.size')} [${RANGE}]))`,
        looks: looks.bytes,
      },
      {
        title: 'Results',
        expr: `sum by (${TOOL}) (sum_over_time(${ofTools} | unwrap ${label('sightline.response.size')} [${RANGE}]))`,
        looks: looks.bytes,
      },
      {
        title: 'Result tokens',
        expr: `sum by (${TOOL}) (sum_over_time(${ofTools} | unwrap ${label('sightline.response.size')} [${RANGE}])) / 4`,
        looks: { ...looks.count, 'custom.width': 120 },
      },
      {
        title: 'Time',
        expr: `sum by (${TOOL}) (sum_over_time(${ofTools} | unwrap ${label('sightline.duration')} [${RANGE}]))`,
        looks: looks.seconds,
      },
    ],
    sortBy: 'Results',
  },
  loki,
);

const outcomes = coloured(
  bars(
    {
      title: 'Requests by outcome',
      means: 'How the requests of this session ended, over time.',
      act: 'Red in a row is an agent that tries again: see the brackets in the timeline.',
      unit: 'locale',
      decimals: 0,
      empty: NONE,
    },
    [loki(countOver(events(), BAR, ['sightline.outcome']), '{{sightline_outcome}}')],
  ),
  OUTCOME_COLOURS,
);

const traceList = traces(
  {
    title: 'Traces',
    means: 'The requests of this session as spans, in the order in which Tempo finds them; at most 100.',
    act: 'A click on a trace shows where its time went, in the proxy, the server, and whatever else is traced.',
    empty: '–',
  },
  '{ (span.sightline.session.id = `${session:percentencode}` || span.mcp.session.id = `${session:percentencode}`) && kind = server } | select(span.mcp.method.name, span.gen_ai.tool.name, span.sightline.outcome)',
  { 'mcp.method.name': 'Method', 'gen_ai.tool.name': 'Tool', 'sightline.outcome': 'Outcome' },
);

const serverLogs = records(
  {
    title: 'Server logs',
    means:
      "What the server logged to this session's client (notifications/message), and a wrapped server's stderr; the newest 500 lines.",
    act: 'The same lines stand in the timeline above, between the calls that they are about.',
    empty: 'the server logged nothing, or no session is chosen',
  },
  logs({ records: ['event'], names: ['sightline.server_log'], ...OF_THIS }),
  [
    ['sightline.log.level', 'Level', 70],
    ['sightline.log.logger', 'Logger', 100],
    ['sightline.log.message', 'Message'],
  ],
);

export function oneSession(): DashboardBuilder {
  return dashboard({
    name: 'session',
    title: 'MCP session',
    description: 'One session, from its first event to its last.',
    from: 'now-6h',
    refresh: '',
    variables: [session(), bucket(), eventOpened()],
    lines: [
      evenly(3, ...totals.slice(0, 4)),
      evenly(3, ...totals.slice(4)),
      line(18, [24, timeline]),
      line(8, [16, cost], [8, outcomes]),
      evenly(9, traceList, serverLogs),
    ],
  });
}
