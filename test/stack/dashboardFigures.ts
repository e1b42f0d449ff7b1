/**
 * What the dashboards must say of the shop's day (`test/browser/shopDay.ts`), worked out by hand from what its clients
 * and servers do. Each query of each panel stands here once, by file, title and letter; what it says is a figure, or
 * one for each value of a label. What depends on how fast the machine was comes from the proxy's own archive.
 */
import { type EventDetail, OPERATION_BUCKETS } from '../../proxy/src/contract/index.ts';
import { requestsOf } from './expected.ts';

/** By the value of the last label of a row (a tool, an outcome …); one figure without a label is under `''`. */
export type Figures = Readonly<Record<string, number | Between>>;

/** A figure that depends on the machine, with its bounds. */
export interface Between {
  readonly least: number;
  readonly most: number;
}

export interface Known {
  readonly events: readonly EventDetail[];
  /** Sum of a metric's samples on the proxy's own `/metrics`, by a pattern of its line. */
  own(line: RegExp): number;
}

/** Nothing is there, and rightly so. */
export const NOTHING: Figures = {};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Seconds of every tool call of a tool, or of all. */
function durations(events: readonly EventDetail[], tool?: string): readonly number[] {
  return requestsOf(events)
    .filter(
      (event) => event.mcpMethodName === 'tools/call' && (tool === undefined || event.genAiToolName === tool),
    )
    .map(({ duration = 0 }) => duration);
}

/** The bucket of the histogram in which a quantile of durations lies: nearer than that no histogram knows it. */
function bucket(of: readonly number[], q: number): Between {
  const sorted = [...of].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
  const at = OPERATION_BUCKETS.findIndex((bound) => value <= bound);
  // At the edge of a bucket, extrapolated counts may move the rank by one place.
  return { least: OPERATION_BUCKETS[at - 2] ?? 0, most: OPERATION_BUCKETS[at + 1] ?? 300 };
}

const within = (value: number, share = 0.15): Between => ({
  least: value * (1 - share),
  most: value * (1 + share),
});
const any = (least = 0, most = Number.MAX_SAFE_INTEGER): Between => ({ least, most });

const CALLS = {
  read_file: 1,
  write_file: 3,
  charge_card: 1,
  lookup_customer: 1,
  sync_inventory: 1,
  search_products: 1,
  create_payment: 3,
  get_invoice: 2,
  refresh_catalog: 1,
} as const;
type Tool = keyof typeof CALLS;
const TOOLS = Object.keys(CALLS) as Tool[];
/** By anybody's doing; the rest did not fail. */
const FAILED = {
  write_file: 3,
  charge_card: 1,
  lookup_customer: 1,
  sync_inventory: 1,
  create_payment: 2,
} as const;
const byTool = (of: Readonly<Partial<Record<Tool, number>>>): Figures =>
  Object.fromEntries(TOOLS.map((tool) => [tool, of[tool] ?? 0]));
/** Those whose calls count for the budget: a refusal and a client's own mistake do not. */
const VALID = {
  read_file: 1,
  write_file: 3,
  sync_inventory: 1,
  search_products: 1,
  create_payment: 3,
  get_invoice: 2,
  refresh_catalog: 1,
} as const;
const FAULTS: Readonly<Partial<Record<string, number>>> = {
  write_file: 3,
  sync_inventory: 1,
  create_payment: 2,
};
const ofValid = (share: (calls: number, faults: number) => number): Figures =>
  Object.fromEntries(Object.entries(VALID).map(([tool, calls]) => [tool, share(calls, FAULTS[tool] ?? 0)]));
const OBJECTIVE = 0.99;

/** What each query must say. */
export function figuresOf({ events, own }: Known): Readonly<Record<string, Figures>> {
  const all = durations(events);
  const quantiles = (q: number): Figures =>
    Object.fromEntries(TOOLS.map((tool) => [tool, bucket(durations(events, tool), q)]));
  const means = Object.fromEntries(
    TOOLS.map((tool) => {
      const of = durations(events, tool);
      return [tool, within(sum(of) / of.length)];
    }),
  );
  const mean = within(sum(all) / all.length);
  const toolTable = (file: string): Readonly<Record<string, Figures>> => ({
    [`${file} Tools A`]: byTool({
      write_file: 3,
      sync_inventory: 3,
      create_payment: 3,
      read_file: 1,
      charge_card: 1,
      lookup_customer: 1,
      search_products: 1,
      get_invoice: 1,
      refresh_catalog: 1,
    }),
    [`${file} Tools B`]: CALLS,
    [`${file} Tools C`]: byTool(FAILED),
    [`${file} Tools D`]: Object.fromEntries(
      TOOLS.map((tool) => [
        tool,
        1 - ((FAILED as Readonly<Partial<Record<Tool, number>>>)[tool] ?? 0) / CALLS[tool],
      ]),
    ),
    [`${file} Tools E`]: means,
    [`${file} Tools F`]: quantiles(0.95),
  });
  const burn = ofValid((calls, faults) => faults / calls / (1 - OBJECTIVE));
  const session = events.filter(({ clientName }) => clientName === 'desk-agent');
  const ofDesk = requestsOf(session);
  const deskTool = (figure: (event: EventDetail) => number): Figures => {
    const found: Record<string, number> = {};
    for (const event of ofDesk) {
      const tool = event.genAiToolName;
      if (tool !== undefined) found[tool] = (found[tool] ?? 0) + figure(event);
    }
    return found;
  };
  return {
    'overview.json Tool calls A': { none: 14 },
    'overview.json Success A': { none: 6 / 14 },
    'overview.json Failed A': { none: 8 },
    'overview.json Latency A': { none: mean },
    'overview.json Sessions A': { none: 1 },
    'overview.json Clients A': { none: 3 },
    'overview.json Tool calls by outcome A': { ok: 6 },
    'overview.json Tool calls by outcome B': { tool_error: 5, denied: 1, rpc_error: 1, http_error: 1 },
    'overview.json Failures by origin A': { upstream: 7, client: 1 },
    'overview.json Latency of tool calls A': { '': bucket(all, 0.5) },
    'overview.json Latency of tool calls B': { '': bucket(all, 0.95) },
    'overview.json Latency of tool calls C': { '': bucket(all, 0.99) },
    'overview.json Latency of tool calls exemplars': { '': bucket(all, 0.95) },
    'overview.json Upstream against proxy A': { '': bucket(all, 0.95) },
    'overview.json Upstream against proxy B': { '': any(0, 1) },
    'overview.json Clients A (table)': { 'desk-agent': 7, 'night-job': 3, 'report-bot': 4 },
    'overview.json Clients B': { 'desk-agent': 2, 'night-job': 3, 'report-bot': 3 },
    'overview.json Clients C': { 'desk-agent': 5 / 7, 'night-job': 0, 'report-bot': 1 / 4 },
    'overview.json Servers A': { shop: 13, files: 5 },
    'overview.json Servers B': { shop: 4, files: 3 },
    'overview.json Servers C': { shop: any(0, 2), files: any(0, 2) },
    'overview.json Servers D': { shop: any(0, 1), files: any(0, 1) },
    ...toolTable('overview.json'),
    'tools.json Calls A': { none: 14 },
    'tools.json Success A': { none: 6 / 14 },
    'tools.json Average A': { none: mean },
    'tools.json p95 A': { none: bucket(all, 0.95) },
    'tools.json Slow A': { none: 0 },
    'tools.json Tokens A': { none: within(own(/^sightline_tokens_estimated_total\{.*kind="result"/)) },
    ...toolTable('tools.json'),
    'tools.json Calls by tool A': CALLS,
    'tools.json Failed calls by tool A': FAILED,
    'tools.json p95 by tool A': quantiles(0.95),
    'tools.json p95 by tool exemplars': { '': bucket(all, 0.95) },
    "tools.json Share of failures by the server's or the proxy's doing A": ofValid(
      (calls, faults) => faults / calls,
    ),
    'tools.json Latency by tool; slow is over 2 s A': quantiles(0.5),
    'tools.json Latency by tool; slow is over 2 s B': quantiles(0.95),
    'tools.json Latency by tool; slow is over 2 s C': quantiles(0.99),
    'tools.json Latency by tool; slow is over 2 s D': byTool({}),
    'tools.json Retries A': byTool({ write_file: 2, create_payment: 2 }),
    'tools.json Retries B': byTool({ create_payment: 1 }),
    'tools.json Retries C': byTool({ write_file: 1 }),
    'tools.json Retries D': {
      ...byTool({}),
      write_file: within(own(/^sightline_attempt_wasted_seconds_total\{.*write_file/)),
      create_payment: within(own(/^sightline_attempt_wasted_seconds_total\{.*create_payment/)),
    },
    'tools.json Context cost A': ownByTool(own, 'sightline_payload_io_bytes_total', 'direction="receive"'),
    'tools.json Context cost B': ownByTool(own, 'sightline_payload_io_bytes_total', 'direction="transmit"'),
    'tools.json Context cost C': ownByTool(own, 'sightline_tokens_estimated_total', 'kind="result"'),
    'tools.json Context cost D': Object.fromEntries(
      TOOLS.map((tool) => [
        tool,
        within(own(new RegExp(`^sightline_tokens_estimated_total\\{.*${tool}.*kind="result"`)) / CALLS[tool]),
      ]),
    ),
    'tools.json Context cost E': ownByTool(own, 'sightline_tokens_estimated_total', 'kind="definition"'),
    'sessions.json Sessions A': { '': 3 },
    'sessions.json Sessions B': { '': 0 },
    'sessions.json Active A': { '': 1 },
    'sessions.json Average duration A': { '': any(0.01, 60) },
    'sessions.json Average duration B': NOTHING,
    'sessions.json Requests A': { '': 18 },
    'sessions.json Requests B': { '': 0 },
    'sessions.json Sessions over time A': { shop: 1, files: 0 },
    'sessions.json Ended sessions by reason A': { deleted: 2 },
    'session.json Requests A': { '': 9 },
    'session.json Errors A': { '': 2 },
    'session.json Duration A': { '': any(1.3, 60) },
    'session.json Time in tools A': { '': any(0.5, 60) },
    'session.json Retries A': { '': 2 },
    'session.json Bytes A': {
      '': sum(ofDesk.map(({ requestSize = 0, responseSize = 0 }) => requestSize + responseSize)),
    },
    'session.json Context tokens A': { '': any(100, 2_000) },
    'session.json Recovered A': { '': 1 },
    'session.json Context cost by tool A': {
      search_products: 1,
      create_payment: 3,
      get_invoice: 2,
      refresh_catalog: 1,
    },
    'session.json Context cost by tool B': deskTool(({ requestSize = 0 }) => requestSize),
    'session.json Context cost by tool C': deskTool(({ responseSize = 0 }) => responseSize),
    'session.json Context cost by tool D': deskTool(({ responseSize = 0 }) => responseSize / 4),
    'session.json Context cost by tool E': deskTool(({ duration = 0 }) => duration),
    'session.json Requests by outcome A': { ok: 7, tool_error: 2 },
    'traffic.json HTTP exchanges A': { none: 23 },
    'traffic.json MCP requests A': { none: 18 },
    'traffic.json 4xx and 5xx A': { none: 2 / 23 },
    'traffic.json From clients A': { none: within(own(/^sightline_io_bytes_total\{.*"receive"/)) },
    'traffic.json To clients A': { none: within(own(/^sightline_io_bytes_total\{.*"transmit"/)) },
    'traffic.json Requests by method A': { initialize: 3, 'tools/list': 1, 'tools/call': 14 },
    'traffic.json HTTP exchanges by status A': { '200': 18, '202': 3, '401': 1, '503': 1 },
    'traffic.json Tool calls by client A': { 'desk-agent': 7, 'night-job': 3, 'report-bot': 4 },
    'traffic.json Bytes per second A': { shop: any(0.1), files: any(0.1) },
    'traffic.json Bytes per second B': { shop: any(0.1), files: any(0.1) },
    'traffic.json Methods A': { initialize: 3, 'tools/list': 1, 'tools/call': 14 },
    'traffic.json Methods B': { initialize: 0, 'tools/list': 0, 'tools/call': 8 },
    'traffic.json Countries A': { NL: 10, private: 13 },
    'traffic.json Credentials A': { bearer: 1, none: 22 },
    'traffic.json Addresses A': { '193.0.6.139': 9, '127.0.0.1': 9 },
    'proxy.json Overhead A': { none: any(0, 1) },
    'proxy.json Events A': { none: within(own(/^sightline_events_total/)) },
    'proxy.json Dropped A': { '': 0 },
    'proxy.json Backlog A': { '': any(0, 60) },
    'proxy.json Queue A': { '': any(0, 1) },
    'proxy.json Loop delay A': { '': any(0, 10) },
    'proxy.json Overhead A (chart)': { '': any(0, 1) },
    'proxy.json Overhead B': { '': any(0, 1) },
    'proxy.json Overhead C': { '': any(0, 1) },
    'proxy.json In flight, and waiting A': { shop: 0, files: 0 },
    'proxy.json In flight, and waiting B': NOTHING,
    'proxy.json Outbox A': { '*': any(0, 100) },
    'proxy.json Drops by stage A': NOTHING,
    'proxy.json Event loop delay p99 A': { '*': any(0, 10) },
    'proxy.json Memory A': { '*': any(30_000_000, 2_000_000_000) },
    "proxy.json Collector's queues A": {
      'otlp_http/loki': any(),
      'otlp_http/prometheus': any(),
      'otlp_grpc/tempo': any(),
    },
    'proxy.json Refused and failed A': NOTHING,
    'proxy.json Refused and failed B': NOTHING,
    'proxy.json Refused and failed C': NOTHING,
    'proxy.json Refused and failed D': NOTHING,
    'proxy.json Refused and failed E': NOTHING,
    'proxy.json Refused and failed F': NOTHING,
    'proxy.json Refused and failed G': NOTHING,
    'proxy.json Refused and failed H': NOTHING,
    'proxy.json What the stores took A': { 'otlp_http/loki': any(0.01) },
    'proxy.json What the stores took B': { 'otlp_grpc/tempo': any(0.01) },
    'proxy.json What the stores took C': { 'otlp_http/prometheus': any(0.01) },
    'slo.json Reached in 30 d A': { '': 1 - 6 / 12 },
    'slo.json Error budget left A': { '': 1 - 6 / 12 / (1 - OBJECTIVE) },
    'slo.json Failures left A': { '': 12 * (1 - OBJECTIVE) - 6 },
    'slo.json Fastest burn, 1 h A': { '': 1 / (1 - OBJECTIVE) },
    'slo.json Objective, budget and burn by tool A': ofValid(() => OBJECTIVE),
    'slo.json Objective, budget and burn by tool B': VALID,
    'slo.json Objective, budget and burn by tool C': ofValid((calls, faults) => 1 - faults / calls),
    'slo.json Objective, budget and burn by tool D': ofValid(
      (calls, faults) => 1 - faults / calls / (1 - OBJECTIVE),
    ),
    'slo.json Objective, budget and burn by tool E': burn,
    'slo.json Objective, budget and burn by tool F': burn,
    'slo.json Objective, budget and burn by tool G': burn,
    'slo.json Objective, budget and burn by tool H': burn,
    'slo.json Burn rate, 1 h A': burn,
    // Recorded every five minutes, so perhaps not yet; what it comes to is tested with the rules.
    'slo.json Budget left, 30 d A': { '*': any(-100, 1) },
    'slo.json By server A': { shop: 8, files: 4 },
    'slo.json By server B': { shop: 1 - 3 / 8, files: 1 - 3 / 4 },
    'slo.json By server C': { shop: 1 - 3 / 8 / (1 - OBJECTIVE), files: 1 - 3 / 4 / (1 - OBJECTIVE) },
    'slo.json By server D': { shop: 3 / 8 / (1 - OBJECTIVE), files: 3 / 4 / (1 - OBJECTIVE) },
  };
}

function ownByTool(own: Known['own'], metric: string, label: string): Figures {
  return Object.fromEntries(
    TOOLS.map((tool) => {
      const [, value = ''] = label.split('=');
      const figure = own(new RegExp(`^${metric}\\{.*"${tool}".*${value}`));
      return [tool, figure === 0 ? 0 : within(figure)];
    }),
  );
}
