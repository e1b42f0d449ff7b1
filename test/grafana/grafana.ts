/**
 * A Grafana that somebody runs, as `GRAFANA_URL` names it: `http://user:password@host:port`, without user where
 * anonymous visitors may look. Whoever runs it has given it our provisioning and lets the demo's traffic in.
 */
const given = process.env['GRAFANA_URL'] ?? '';
const address = given === '' ? undefined : new URL(given);

/** Why nothing can be looked at; undefined when it can. */
export const whyNoGrafana = address === undefined ? 'GRAFANA_URL names no Grafana' : undefined;

/** Without user and last slash. */
export const ORIGIN = address === undefined ? '' : `${address.origin}${address.pathname.replace(/\/$/, '')}`;

/** Where the programs of the suites export to, so that this Grafana has it: compose's own address unless named. */
export const OTLP = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? 'http://127.0.0.1:4318';

/** What goes with every request. */
export const HEADERS: Readonly<Record<string, string>> =
  address?.username === undefined || address.username === ''
    ? {}
    : basic(decodeURIComponent(address.username), decodeURIComponent(address.password));

/** The header of one who signs in with every request. */
export function basic(user: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** Asks its API. @throws with what it says when it refuses. */
export async function askGrafana(
  path: string,
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<unknown> {
  const response = await fetch(`${ORIGIN}${path}`, {
    method,
    headers: { ...HEADERS, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} to ${path}: ${text.slice(0, 2_000)}`);
  return JSON.parse(text);
}

/** One answer of a data source as Grafana's own server gives it: the values of its frames' fields by name. */
export async function queryGrafana(
  uid: string,
  type: string,
  query: Readonly<Record<string, unknown>>,
  range: { readonly from: string; readonly to: string } = { from: 'now-1h', to: 'now' },
): Promise<readonly Readonly<Record<string, readonly unknown[]>>[]> {
  const answer = (await askGrafana('/api/ds/query', {
    ...range,
    queries: [{ refId: 'A', datasource: { uid, type }, intervalMs: 15_000, maxDataPoints: 500, ...query }],
  })) as {
    readonly results: {
      readonly A: {
        readonly error?: string;
        readonly frames: readonly {
          readonly schema: { readonly fields: readonly { readonly name: string }[] };
          readonly data: { readonly values: readonly (readonly unknown[])[] };
        }[];
      };
    };
  };
  if (answer.results.A.error !== undefined) throw new Error(answer.results.A.error);
  return answer.results.A.frames.map(({ schema, data }) =>
    Object.fromEntries(schema.fields.map(({ name }, at) => [name, data.values[at] ?? []])),
  );
}
