/**
 * From an event at the proxy until a reader finds it: calls whose trace ids are known before they are sent, each
 * looked for in the stores until it is there. The clock starts when the client has its answer, which is when the
 * event is written, and stops when the store's answer that holds it has been read, so the question itself counts.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses } from '../../scripts/stack/specs.ts';
import { queryRecords } from '../stack/loki.ts';
import { fetchTrace, searchTraces } from '../stack/tempo.ts';
import { endpointPath, firstId, initializeBody, protocolVersion, requestBody } from './fixtures.ts';
import { percentile } from './statistics.ts';

export const roads = ['loki', 'tempoById', 'tempoSearch'] as const;
/** LogQL, a trace by its id, TraceQL. */
export type Road = (typeof roads)[number];

export interface Visible {
  readonly road: Road;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Calls that were looked for, and those never found. */
  readonly probes: number;
  readonly missing: number;
}

export interface ProbePlan {
  readonly proxyPort: number;
  readonly addresses: Addresses;
  readonly perSecond: number;
  readonly durationMs: number;
}

/** Between two questions of one road: asking is work too, on the same two cores. */
const PAUSE_MS = 150;
const PATIENCE_MS = 30_000;
/** Around the calls looked for: a store rounds the ends of a range. */
const MARGIN_MS = 2_000;

interface Probe {
  readonly traceId: string;
  readonly answeredMs: number;
  readonly seenMs: Map<Road, number>;
}

type Look = (open: readonly Probe[], see: (traceId: string) => void) => Promise<void>;

export async function measureVisibility(plan: ProbePlan): Promise<readonly Visible[]> {
  const url = `http://127.0.0.1:${plan.proxyPort}${endpointPath}`;
  const session = await beginSession(url);
  const probes: Probe[] = [];
  const sending = send(plan, url, session, probes);
  let giveUpMs = Number.POSITIVE_INFINITY;
  const ended = sending.finally(() => {
    giveUpMs = nowMs() + PATIENCE_MS;
  });
  const looks = looksAt(plan.addresses, session);
  await Promise.all([
    ended,
    ...roads.map(async (road) => {
      while (nowMs() < giveUpMs) {
        const open = probes.filter(({ seenMs }) => !seenMs.has(road));
        if (open.length > 0) await looks[road](open, (traceId) => markSeen(open, road, traceId));
        else if (giveUpMs < Number.POSITIVE_INFINITY) return;
        await sleep(PAUSE_MS);
      }
    }),
  ]);
  return roads.map((road) => summarize(road, probes));
}

function looksAt({ loki, tempo }: Addresses, session: string): Readonly<Record<Road, Look>> {
  const rangeOf = (open: readonly Probe[]) => ({
    from: Math.min(...open.map(({ answeredMs }) => answeredMs)) - MARGIN_MS,
    to: nowMs() + MARGIN_MS,
  });
  return {
    loki: async (open, see) => {
      const query = `{service_name="sightline", sightline_record="event"} | mcp_session_id="${session}"`;
      for (const { labels } of await queryRecords(loki, query, rangeOf(open))) see(labels['trace_id'] ?? '');
    },
    tempoById: async (open, see) => {
      // At once: one after the other, the last of many would wait for the questions before it.
      await Promise.all(
        open.map(async ({ traceId }) => {
          if ((await fetchTrace(tempo, traceId)).length > 0) see(traceId);
        }),
      );
    },
    tempoSearch: async (open, see) => {
      const query = `{ span.mcp.session.id = "${session}" && kind = server }`;
      // Tempo leaves out leading zeros.
      for (const { traceID } of await searchTraces(tempo, query, rangeOf(open)))
        see(traceID.padStart(32, '0'));
    },
  };
}

function markSeen(open: readonly Probe[], road: Road, traceId: string): void {
  const probe = open.find((one) => one.traceId === traceId);
  if (probe && !probe.seenMs.has(road)) probe.seenMs.set(road, nowMs());
}

function summarize(road: Road, probes: readonly Probe[]): Visible {
  const times = probes
    .flatMap(({ answeredMs, seenMs }) => {
      const seen = seenMs.get(road);
      return seen === undefined ? [] : [seen - answeredMs];
    })
    .sort((a, b) => a - b);
  return {
    road,
    p50Ms: percentile(times, 0.5) ?? Number.NaN,
    p99Ms: percentile(times, 0.99) ?? Number.NaN,
    probes: probes.length,
    missing: probes.length - times.length,
  };
}

/** Calls at fixed times, whether or not earlier ones are answered. */
async function send(
  { perSecond, durationMs }: ProbePlan,
  url: string,
  session: string,
  probes: Probe[],
): Promise<void> {
  const startMs = nowMs();
  const total = Math.floor((perSecond * durationMs) / 1_000);
  const calls: Promise<void>[] = [];
  for (let sent = 0; sent < total; sent += 1) {
    await sleep(Math.max(0, startMs + (sent * 1_000) / perSecond - nowMs()));
    calls.push(
      (async () => {
        const traceId = randomBytes(16).toString('hex');
        await post(url, session, requestBody('call', firstId + sent), {
          traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
        });
        probes.push({ traceId, answeredMs: nowMs(), seenMs: new Map() });
      })(),
    );
  }
  await Promise.all(calls);
}

/** @returns The protocol's session id. */
async function beginSession(url: string): Promise<string> {
  const { headers } = await post(url, undefined, initializeBody(firstId));
  const session = headers.get('mcp-session-id');
  if (session === null) throw new Error('the handshake gave no session id');
  return session;
}

async function post(
  url: string,
  session: string | undefined,
  body: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': protocolVersion,
      ...(session !== undefined && { 'mcp-session-id': session }),
      ...more,
    },
    body,
  });
  const text = await response.text();
  if (!response.ok || !text.includes('"result"')) throw new Error(`${response.status} to a probe: ${text}`);
  return response;
}

/** The one clock of all parts, because all of them are on this machine. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
