/**
 * Whether what is exported is taken. An export without a single item is a valid one (OTLP 1.x, "OTLP/HTTP Request"):
 * in protobuf no byte at all, in JSON an empty object.
 */
import type { Endpoint, Signal, TelemetrySettings } from '../telemetry/environment.ts';
import type { Finding, Mark } from '../terminal/findings.ts';
import { type Findings, good } from './check.ts';
import type { ClockSight } from './clock.ts';
import { explainFailure } from './failures.ts';
import { type Asked, ask } from './request.ts';

const SIGNALS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  logs: 'log records',
  metrics: 'metrics',
};
const MEANWHILE = '; until then events wait in the archive';

export interface ReceiverPorts {
  readonly timeoutMs: number;
  /** Whether there is an archive, in which events wait for one that is away. */
  readonly keeps: boolean;
  readonly onClock: (sight: ClockSight) => void;
}

export async function checkReceivers(
  settings: TelemetrySettings,
  { timeoutMs, keeps, onClock }: ReceiverPorts,
): Promise<Findings> {
  const endpoints = (['traces', 'logs', 'metrics'] as const).flatMap((signal) => {
    const endpoint = settings[signal];
    return endpoint === undefined ? [] : [{ signal, endpoint }];
  });
  if (endpoints.length === 0) {
    return [good('collector', 'nothing is exported; OTEL_EXPORTER_OTLP_ENDPOINT would name one')];
  }
  const judged = await Promise.all(
    endpoints.map(async ({ signal, endpoint }) => {
      const url = new URL(endpoint.url);
      const asked = await ask(url, { ...questionTo(endpoint), timeoutMs });
      if ('answer' in asked) onClock({ who: url.host, ...asked.answer });
      return { signal, url, ...judge(signal, url, asked, keeps ? MEANWHILE : '') };
    }),
  );
  const groups = Map.groupBy(judged, ({ signal: _signal, url: _url, ...rest }) => JSON.stringify(rest));
  return [...groups.values()].map((alike) => tellOnce(alike, alike.length === judged.length));
}

function questionTo({ protocol, headers }: Endpoint) {
  const isJson = protocol === 'http/json';
  const type = isJson ? 'application/json' : 'application/x-protobuf';
  return {
    method: 'POST',
    headers: { ...headers, 'content-type': type },
    body: isJson ? '{}' : '',
  } as const;
}

interface Judgement {
  readonly mark: Mark;
  /** Follows the address; of one that takes what is sent, the signals follow. */
  readonly words: string;
  readonly advice: string;
}

interface Judged extends Judgement {
  readonly signal: Signal;
  readonly url: URL;
}

function judge(signal: Signal, { hostname }: URL, asked: Asked, meanwhile: string): Judgement {
  if ('failure' in asked) {
    const { found, advice } = explainFailure(asked.failure, hostname);
    return { mark: 'problem', words: `: ${found}`, advice: `${advice}${meanwhile}` };
  }
  const { status } = asked.answer;
  if (status >= 200 && status < 300) return { mark: 'ok', words: ' takes', advice: '' };
  const { mark, found, advice } = STATUSES.find(({ holds }) => holds(status)) ?? OTHER;
  return { mark, words: ` ${found(status)}`, advice: advice(signal, meanwhile) };
}

/** Of one collector that is away, one finding, not one for each signal. */
function tellOnce(alike: readonly Judged[], areAll: boolean): Finding {
  const names = alike.map(({ signal }) => SIGNALS[signal]);
  const list = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  const check = areAll ? 'collector' : `collector: ${list}`;
  const places = alike.length === 1 ? alike.map(({ url }) => url.href) : alike.map(({ url }) => url.origin);
  const at = [...new Set(places)].join(', ');
  const { mark = 'ok', words = '', advice = '' } = alike[0] ?? {};
  if (mark === 'ok') return good(check, `${at}${words} ${list}`);
  return { check, mark, found: `${at}${words}`, advice };
}

interface StatusWords {
  readonly holds: (status: number) => boolean;
  readonly mark: 'warning' | 'problem';
  readonly found: (status: number) => string;
  readonly advice: (signal: Signal, meanwhile: string) => string;
}

const OTHER: StatusWords = {
  holds: () => true,
  mark: 'problem',
  found: (status) => `refuses with ${status}`,
  advice: () => 'look at the log of the collector',
};

const STATUSES: readonly StatusWords[] = [
  {
    holds: (status) => status === 401 || status === 403,
    mark: 'problem',
    found: (status) => `does not know who asks (${status})`,
    advice: () => 'put its credentials into OTEL_EXPORTER_OTLP_HEADERS, such as authorization=Bearer%20…',
  },
  {
    holds: (status) => status === 404 || status === 405,
    mark: 'problem',
    found: (status) => `answers, but takes nothing at this path (${status})`,
    advice: (signal) =>
      `OTEL_EXPORTER_OTLP_ENDPOINT is the address before /v1/${signal}; what takes no ${SIGNALS[signal]} is left out by OTEL_${signal.toUpperCase()}_EXPORTER=none`,
  },
  {
    holds: (status) => status === 415,
    mark: 'problem',
    found: () => 'does not take this form (415)',
    advice: () => 'set OTEL_EXPORTER_OTLP_PROTOCOL to the other one: http/protobuf or http/json',
  },
  {
    holds: (status) => status === 400 || status === 422,
    mark: 'warning',
    found: (status) => `answers, and refuses an export with nothing in it (${status})`,
    advice: () => 'some receivers do; look whether events arrive there',
  },
  {
    holds: (status) => [408, 429, 502, 503, 504].includes(status),
    mark: 'warning',
    found: (status) => `cannot take anything now (${status})`,
    advice: (_signal, meanwhile) =>
      `look at its memory and at what is behind it; it is tried again by itself${meanwhile}`,
  },
  {
    holds: (status) => status >= 300 && status < 400,
    mark: 'problem',
    found: (status) => `sends elsewhere (${status}), and an export follows nobody`,
    advice: () => 'write the address where it really is, with its scheme',
  },
];
