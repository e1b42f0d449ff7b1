/**
 * What a reader may choose. Choices come from Prometheus, where every value is bounded; the queries quote them
 * (`promql.ts`, `chosen`). What no format of Grafana's can quote (`checks.ts`) is no choice; it counts under "All".
 */
import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { OUTCOMES, RECORD_NAMES } from '../../proxy/src/contract/index.ts';
import { OBJECTIVE_RATIO } from './alerts/recorded.ts';
import { PROMETHEUS } from './dataSources.ts';
import { label } from './names.ts';
import { chosen, series } from './promql.ts';
import { OBJECTIVE, OBJECTIVES, percent } from './thresholds.ts';

/** Anything that builds a variable of a dashboard. */
export interface Variable {
  build(): VariableModel;
}

const EVERYTHING = '.*';
const QUOTABLE = String.raw`/^(?!.*(?:\x60|\x24\w)).+$/`;

function choice(name: string, title: string, says: string, query: string): Variable {
  return new QueryVariableBuilder(name)
    .label(title)
    .description(says)
    .datasource(PROMETHEUS)
    .query({ query, refId: name })
    .regex(QUOTABLE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue(EVERYTHING)
    .current({ text: 'All', value: '$__all' });
}

const values = (of: string, key: Parameters<typeof label>[0]): string => `label_values(${of}, ${label(key)})`;

/** Which MCP servers. */
export const server = (): Variable =>
  choice(
    'server',
    'Server',
    'MCP servers behind the proxy, by their configured names.',
    values(series('mcp.server.operation.duration', {}, 'count'), 'sightline.server.name'),
  );

/** Which tools, of the chosen servers. */
export const tool = (): Variable =>
  choice(
    'tool',
    'Tool',
    'Tools of the chosen servers.',
    values(series('sightline.calls', { 'sightline.server.name': chosen('server') }), 'gen_ai.tool.name'),
  );

/** Which clients, by the name they give themselves. */
export const client = (): Variable =>
  choice(
    'client',
    'Client',
    'Clients that called a tool, by the name they give themselves.',
    values(series('sightline.calls', { 'sightline.server.name': chosen('server') }), 'sightline.client.name'),
  );

/** Which methods of the protocol. */
export const method = (): Variable =>
  choice(
    'method',
    'Method',
    'Methods of the protocol.',
    values(
      series('mcp.server.operation.duration', { 'sightline.server.name': chosen('server') }, 'count'),
      'mcp.method.name',
    ),
  );

/** Which HTTP statuses. */
export const httpStatus = (): Variable =>
  choice(
    'httpStatus',
    'HTTP status',
    'Status codes that clients saw.',
    values(
      series('sightline.http.exchanges', { 'sightline.server.name': chosen('server') }),
      'http.response.status_code',
    ),
  );

function words(name: string, title: string, says: string, of: readonly string[]): Variable {
  return new CustomVariableBuilder(name)
    .label(title)
    .description(says)
    .values(of.join(','))
    .multi(true)
    .includeAll(true)
    .allValue(EVERYTHING)
    .current({ text: 'All', value: '$__all' });
}

/** Which outcomes. */
export const outcome = (): Variable => words('outcome', 'Outcome', 'How a request ended.', OUTCOMES);

/** Which kinds of event. */
export const type = (): Variable =>
  words(
    'type',
    'Kind',
    'Kind of event, by the name of its record.',
    Object.entries(RECORD_NAMES)
      .filter(([, { record }]) => (record as readonly string[]).includes('event'))
      .map(([name]) => name),
  );

/** Free text that starts empty. */
export function text(name: string, title: string, says: string): Variable {
  return new TextBoxVariableBuilder(name).label(title).description(says).defaultValue('');
}

/** A session, by our id or the protocol's own. */
export const session = (): Variable =>
  text('session', 'Session', 'Id of a session, as every list of sessions links it.');

/** The bucket of that session, where the panel knows it: naming it makes Loki read a sixteenth. One character, so this is any. */
export const bucket = (): Variable =>
  new TextBoxVariableBuilder('bucket').hide(VariableHide.HideVariable).defaultValue('.');

const AS_SET = 'as set for each tool';

/** What the objective may be, as PromQL. */
export const OBJECTIVE_CHOICES: readonly { readonly text: string; readonly value: string }[] = [
  { text: AS_SET, value: OBJECTIVE_RATIO },
  ...OBJECTIVE.choices.map((share) => ({ text: percent(share), value: String(share) })),
];
/** As alerts have it. */
const USUAL =
  OBJECTIVES.length === 0
    ? { text: percent(OBJECTIVE.target), value: String(OBJECTIVE.target) }
    : { text: AS_SET, value: OBJECTIVE_RATIO };

/** The share of calls that shall succeed: one for all tools, or what Prometheus has recorded for each. */
export const objective = (): Variable =>
  new CustomVariableBuilder('objective')
    .label('Objective')
    .description('Share of valid calls that shall succeed. Alerts use the one that is chosen at first.')
    .values(OBJECTIVE_CHOICES.map(({ text, value }) => `${text} : ${value}`).join())
    .current(USUAL);

/** The session that the list has open, so that an address says it. */
export const sessionOpened = (): Variable =>
  new TextBoxVariableBuilder('session').hide(VariableHide.HideVariable).defaultValue('');

/** The event whose details are open. */
export const eventOpened = (): Variable =>
  new TextBoxVariableBuilder('event').hide(VariableHide.HideVariable).defaultValue('');
