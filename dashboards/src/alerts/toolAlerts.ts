/** Alerts about one tool: its error budget, calls that hang, callers that repeat themselves. */
import { by, increase, is, series } from '../promql.ts';
import { FAILURES_MIN, HUNG_FOR, OBJECTIVE, percent, RETRY_STORM } from '../thresholds.ts';
import { type Alert, nameless, spell, TOOL, toolOf } from './alert.ts';
import { titled } from './annotations.ts';
import { burn, faults } from './recorded.ts';

type Pair = (typeof OBJECTIVE.burn)[number];

/** Burning now (short window) and long enough to matter (long window), by more than a handful of failures. */
const tooFast = ({ long, short, factor }: Pair): string =>
  [
    `${burn(long)} > ${factor}`,
    `  and ${burn(short)} > ${factor}`,
    `  and ${faults(long)} >= ${FAILURES_MIN}`,
  ].join('\n');

const pairs = (speed: Pair['speed']): readonly Pair[] =>
  OBJECTIVE.burn.filter((pair) => pair.speed === speed);
const burns = (speed: Pair['speed']): string => nameless(TOOL, pairs(speed).map(tooFast).join('\nor\n'));
/** `14.4 over 1 hour and 5 minutes`. */
const inWords = (speed: Pair['speed']): string =>
  pairs(speed)
    .map(({ long, short, factor }) => `${factor} over both ${spell(long)} and ${spell(short)}`)
    .join(', or ');

const COUNTED = `Counted are calls that ended in \`ok\`, and those that failed by the server's doing or because the
proxy could not reach it. A caller's own mistakes (wrong arguments, unknown tools, calls it cancelled or abandoned),
refusals (401, 403) and what a stopping proxy turned away neither use the budget up nor fill it. Fewer than
${FAILURES_MIN} failures in the longer window never alert.`;

const BURN_LOOK = [
  `The dashboard ${titled('slo')}: since when, this tool only or all of its server, and how much budget is left.`,
  `The dashboard ${titled('tools')}, "History of calls", with this tool chosen and outcome not \`ok\`: the error messages, request and response of each failure.`,
  'From a failed call to its trace: whether the time went by upstream or in the proxy, and what the server did below it.',
  'The timeline of a failed session, if the server logs over MCP: its own words stand between the calls.',
];

const burnsFast: Alert = {
  name: 'SightlineToolBurnsFast',
  severity: 'critical',
  component: 'tool',
  expr: burns('fast'),
  labels: TOOL,
  summary: (words) => `${capital(toolOf(words))} fails fast`,
  description: ({ label, value }) =>
    `${label('gen_ai.tool.name')} uses its error budget up ${value('number')} times faster than it may. At this rate the budget of ${spell(OBJECTIVE.budgetWindow)} is gone within days, and callers are failing now.`,
  panel: { dashboard: 'slo', title: 'Burn rate, 1 h' },
  runbook: {
    means: `The tool fails so often that callers notice now. Its burn rate is above ${inWords('fast')}: how many times
faster than evenly it uses up the failures that its objective allows within ${spell(OBJECTIVE.budgetWindow)}
(${percent(OBJECTIVE.target)} of calls succeed, unless \`OBJECTIVES\` in \`dashboards/src/thresholds.ts\` says otherwise).

${COUNTED}`,
    look: BURN_LOOK,
    act: [
      'If [SightlineUpstreamDown](#sightlineupstreamdown) fires for the same server, begin there: the tool is not the cause.',
      'If it began with a release of the server, take the release back.',
      'If one kind of input fails (the arguments are in the history), tell callers, and mend the tool.',
      'If it fails because of something behind the server, the error message mostly names it; that is where to call.',
    ],
  },
};

const burnsSlowly: Alert = {
  name: 'SightlineToolBurnsSlowly',
  severity: 'warning',
  component: 'tool',
  expr: burns('slow'),
  // What is over within the hour woke somebody already, and a tool's first failures say little of days.
  for: '1h',
  labels: TOOL,
  summary: (words) => `${capital(toolOf(words))} fails more often than its objective allows`,
  description: ({ label, value }) =>
    `${label('gen_ai.tool.name')} has used its error budget up ${value('number')} times faster than it may for ${spell(pairs('slow')[0]?.long ?? '')}. If nothing changes, it misses its objective.`,
  panel: { dashboard: 'slo', title: 'Objective, budget and burn by tool' },
  runbook: {
    means: `Nobody has to get up, but the objective will be missed: the burn rate is above ${inWords('slow')}.

${COUNTED}`,
    look: BURN_LOOK,
    act: [
      'Write it down as work for this week; group the failures by error message first, one cause is usually most of them.',
      'If this is how good the tool can be, the objective is wrong: give the tool one of its own in `OBJECTIVES` of `dashboards/src/thresholds.ts`, and run `npm run dashboards`.',
    ],
  },
};

const waiting = series('sightline.requests.waiting');

const hangs: Alert = {
  name: 'SightlineCallsHang',
  severity: 'warning',
  component: 'tool',
  // Nothing is exported while nothing waits, so it has to be in nine of ten exports: of a tool that is called all the
  // time and waits a moment in each call there is always a last value. The size of the outbox is in every export.
  expr: [
    `sum ${by(...TOOL)} (`,
    `  min_over_time(${waiting}[${HUNG_FOR}])`,
    `  and count_over_time(${waiting}[${HUNG_FOR}])`,
    `    >= on (job, instance) group_left () 0.9 * count_over_time(${series('sightline.outbox.size')}[${HUNG_FOR}])`,
    ')',
  ].join('\n'),
  labels: TOOL,
  summary: ({ label }) =>
    `Calls of ${label('gen_ai.tool.name', 'no tool')} on server ${label('sightline.server.name')} hang`,
  description: ({ value }) =>
    `Requests that waited longer than unanswered-after for an answer, all through the last ${spell(HUNG_FOR)}: ${value('count')} at least.`,
  panel: { dashboard: 'health', title: 'In flight, and waiting' },
  runbook: {
    means: `All through the last ${spell(HUNG_FOR)} there was at least one request that the server had accepted and not answered
within the option \`unanswered-after\` (60 s by default). The proxy ends none of them by itself unless
\`request-timeout\` says so. Streams that are meant to stay open do not count.`,
    look: [
      `The dashboard ${titled('events')}, records \`sightline.request.waiting\`: which session, which arguments, since when.`,
      "The session's timeline: a server that waits for its client (`sampling`, `elicitation`) shows a request in the other direction without an answer. Then the user or the client is what it waits for.",
      'Processor, locks and connections of the server itself.',
    ],
    act: [
      'If the tool just takes this long, raise `unanswered-after`, or make it a task (the answer comes at once, the result later).',
      'If the server hangs, restart it; open requests end as `interrupted`, and clients may retry.',
      'If clients should not wait without end, set `request-timeout`.',
    ],
  },
};

const retries = increase(
  series('sightline.attempts', { 'sightline.attempt.result': is('retried') }),
  RETRY_STORM.window,
  TOOL,
);
const calls = increase(series('sightline.calls'), RETRY_STORM.window, TOOL);

const retryStorm: Alert = {
  name: 'SightlineRetryStorm',
  severity: 'warning',
  component: 'tool',
  expr: `${retries} / ${calls} > ${RETRY_STORM.share}\n  and ${retries} >= ${RETRY_STORM.retries}`,
  labels: TOOL,
  summary: (words) => `Callers keep repeating failed calls of ${toolOf(words)}`,
  description: ({ label, value }) =>
    `${value('share')} of the calls of ${label('gen_ai.tool.name')} within ${spell(RETRY_STORM.window)} repeated one that had failed.`,
  panel: { dashboard: 'tools', title: 'Retries' },
  runbook: {
    means: `Within ${spell(RETRY_STORM.window)} at least ${RETRY_STORM.retries} calls, and more than ${percent(RETRY_STORM.share)} of
all calls of the tool, were another try of one that had failed. That costs the server load and the caller context, and
usually helps nobody. Whose mistake the failure was does not matter here: an agent that repeats wrong arguments is a
storm too.`,
    look: [
      `The dashboard ${titled('tools')}, table "Retries": how many recovered, how many gave up, how much time was wasted.`,
      "One such session's timeline: whether arguments change between attempts (the agent searches), or are the same (it hopes).",
      `Client and version of these sessions on ${titled('overview')}: one client only, or all.`,
    ],
    act: [
      'Error text that does not say what to do otherwise is the usual cause: let the tool say which argument is wrong and what would be right.',
      'If the failure will not go away by itself, let the tool say so; agents believe it.',
      'If it is one client, tell its owner; until then, limit its calls in front of the server.',
    ],
  },
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const TOOL_ALERTS: readonly Alert[] = [burnsFast, burnsSlowly, hangs, retryStorm];
