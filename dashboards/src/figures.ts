/**
 * The figures that more than one dashboard shows, so that a word means the same everywhere. All of them for the servers
 * and tools that the reader chose.
 */
import type { AttributeKey } from '../../proxy/src/contract/index.ts';
import type { HistogramPart, LabelOf } from './names.ts';
import { chosen, increase, is, type Matchers, noneOf, oneOf, orZero, RANGE, series } from './promql.ts';
import { BUDGET_ORIGINS, HEALTH, NO_ERROR, NO_FAULT } from './thresholds.ts';

type Operation = Matchers<LabelOf<'mcp.server.operation.duration'>>;

export const SERVER_CHOSEN = { 'sightline.server.name': chosen('server') } as const;
export const TOOL_CHOSEN = { ...SERVER_CHOSEN, 'gen_ai.tool.name': chosen('tool') } as const;
/** Rows of tables about tools. */
export const TOOL_KEYS = [
  ['sightline.server.name', 'Server'],
  ['gen_ai.tool.name', 'Tool'],
] as const satisfies readonly (readonly [AttributeKey, string])[];
export const TOOL_LABELS = TOOL_KEYS.map(([key]) => key);

/** Requests of every method. */
export const requests = (more: Operation = {}, part: HistogramPart = 'count'): string =>
  series('mcp.server.operation.duration', { ...SERVER_CHOSEN, ...more }, part);

/** Requests that call a tool: what has latency, outcome and origin. */
export const toolRequests = (more: Operation = {}, part: HistogramPart = 'count'): string =>
  series(
    'mcp.server.operation.duration',
    { 'mcp.method.name': is('tools/call'), ...TOOL_CHOSEN, ...more },
    part,
  );

/** Calls of tools that ended, each once, over all its rounds: what is counted. */
export const calls = (more: Matchers<LabelOf<'sightline.calls'>> = {}): string =>
  series('sightline.calls', { ...TOOL_CHOSEN, ...more });

/** Those that nobody would call a success. */
export const failedCalls = (more: Matchers<LabelOf<'sightline.calls'>> = {}): string =>
  calls({ 'sightline.outcome': noneOf(NO_ERROR), ...more });

/** Share of calls that did not fail; none where there was no call. */
export function successRate(
  keep: readonly AttributeKey[] = [],
  more: Matchers<LabelOf<'sightline.calls'>> = {},
): string {
  const all = increase(calls(more), RANGE, keep);
  return `1 - (${orZero(increase(failedCalls(more), RANGE, keep), all)}) / (${all} > 0)`;
}

/** Mean duration of a histogram's requests, in seconds. */
export function average(
  of: (part: HistogramPart) => string,
  keep: readonly AttributeKey[] = [],
  window = RANGE,
): string {
  return `${increase(of('sum'), window, keep)} / (${increase(of('count'), window, keep)} > 0)`;
}

/** What burns a tool's budget: failures by the server's or the proxy's doing. A refusal is no failure. */
export const faults = (more: Operation = {}): string =>
  toolRequests({
    'sightline.outcome.origin': oneOf(BUDGET_ORIGINS),
    'sightline.outcome': noneOf(NO_FAULT),
    ...more,
  });

/** What counts for the budget at all: neither the caller's own mistakes nor refusals. */
export const valid = (more: Operation = {}): string =>
  toolRequests({ 'sightline.outcome.origin': '!="client"', 'sightline.outcome': noneOf(NO_FAULT), ...more });

/** Share of valid calls that failed, by tool. */
export function faultShare(window: string, keep: readonly AttributeKey[] = TOOL_LABELS): string {
  const all = increase(valid(), window, keep);
  return `(${orZero(increase(faults(), window, keep), all)}) / (${all} > 0)`;
}

/** 0 inactive, 1 healthy, 2 degraded, 3 down: the higher, the sooner to look at. */
export function health(keep: readonly AttributeKey[] = TOOL_LABELS): string {
  const all = increase(toolRequests(), RANGE, keep);
  const share = orZero(faultShare(RANGE, keep), all);
  return `(${all} > bool 0) + ((${share}) >= bool ${HEALTH.degraded}) + ((${share}) >= bool ${HEALTH.down})`;
}
