/**
 * Whether what is exported is taken. An export without a single item is a valid one (OTLP 1.x, "OTLP/HTTP Request"):
 * in protobuf no byte at all, in JSON an empty object.
 */
import type { Endpoint, Signal, TelemetrySettings } from '../telemetry/environment.ts';
import type { Finding } from '../terminal/findings.ts';
import { bad, type Findings, good, warn } from './check.ts';
import type { ClockSight } from './clock.ts';
import { explainFailure } from './failures.ts';
import { type Asked, ask } from './request.ts';

const SIGNALS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  logs: 'log records',
  metrics: 'metrics',
};
const MEANWHILE = 'until then events wait in the archive';

export async function checkReceivers(
  settings: TelemetrySettings,
  timeoutMs: number,
  onClock: (sight: ClockSight) => void,
): Promise<Findings> {
  const endpoints = (['traces', 'logs', 'metrics'] as const).flatMap((signal) => {
    const endpoint = settings[signal];
    return endpoint === undefined ? [] : [{ signal, endpoint }];
  });
  if (endpoints.length === 0) {
    return [good('collector', 'nothing is exported; OTEL_EXPORTER_OTLP_ENDPOINT would name one')];
  }
  const findings = await Promise.all(
    endpoints.map(async ({ signal, endpoint }) => {
      const asked = await ask(new URL(endpoint.url), { ...questionTo(endpoint), timeoutMs });
      if ('answer' in asked) onClock({ who: new URL(endpoint.url).host, ...asked.answer });
      return judge(signal, endpoint, asked);
    }),
  );
  return findings.every(({ mark }) => mark === 'ok') ? [sumUpGood(endpoints)] : findings;
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

function sumUpGood(endpoints: readonly { readonly signal: Signal; readonly endpoint: Endpoint }[]): Finding {
  const origins = [...new Set(endpoints.map(({ endpoint }) => new URL(endpoint.url).origin))];
  const names = endpoints.map(({ signal }) => SIGNALS[signal]);
  const list = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return good('collector', `${origins.join(', ')} takes ${list}`);
}

function judge(signal: Signal, { url }: Endpoint, asked: Asked): Finding {
  const check = `collector: ${SIGNALS[signal]}`;
  if ('failure' in asked) {
    const { found, advice } = explainFailure(asked.failure, new URL(url).hostname);
    return bad(check, `${url}: ${found}`, `${advice}; ${MEANWHILE}`);
  }
  const { status } = asked.answer;
  if (status >= 200 && status < 300) return good(check, `${url} takes them`);
  const { mark, found, advice } = STATUSES.find(({ holds }) => holds(status)) ?? OTHER;
  const say = mark === 'warning' ? warn : bad;
  return say(check, `${url} ${found(status)}`, advice(signal));
}

interface StatusWords {
  readonly holds: (status: number) => boolean;
  readonly mark: 'warning' | 'problem';
  readonly found: (status: number) => string;
  readonly advice: (signal: Signal) => string;
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
    advice: () =>
      `look at its memory and at what is behind it; it is tried again by itself, and ${MEANWHILE}`,
  },
  {
    holds: (status) => status >= 300 && status < 400,
    mark: 'problem',
    found: (status) => `sends elsewhere (${status}), and an export follows nobody`,
    advice: () => 'write the address where it really is, with its scheme',
  },
];
