import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Listening, listenOn } from '../../../test/support/listenOn.ts';
import { type Environment, readEnvironment } from '../telemetry/environment.ts';
import type { ClockSight } from './clock.ts';
import { checkReceivers } from './receivers.ts';

let status: Readonly<Record<string, number>>;
let asked: { readonly path: string; readonly type: string; readonly body: string }[];
let listening: Listening;
beforeEach(async () => {
  status = {};
  asked = [];
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    const path = request.url ?? '';
    asked.push({ path: `${request.method} ${path}`, type: request.headers['content-type'] ?? '', body });
    response.writeHead(status[path] ?? 200).end();
  });
  listening = await listenOn(server);
});
afterEach(() => listening.close());

const check = (env: Environment = {}, sights: ClockSight[] = [], keeps = true) => {
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: listening.origin, ...env };
  const onClock = (sight: ClockSight): void => void sights.push(sight);
  return checkReceivers(readEnvironment(all).settings, { timeoutMs: 4_000, keeps, onClock });
};

describe('the collector', () => {
  it.each([
    { protocol: 'http/protobuf', type: 'application/x-protobuf', body: '' },
    { protocol: 'http/json', type: 'application/json', body: '{}' },
  ])('is asked to take nothing of every signal, in $protocol', async ({ protocol, type, body }) => {
    const sights: ClockSight[] = [];
    const findings = await check({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol }, sights);
    expect(findings).toEqual([
      { check: 'collector', mark: 'ok', found: `${listening.origin} takes spans, log records and metrics` },
    ]);
    expect(asked.map(({ path }) => path).toSorted()).toEqual([
      'POST /v1/logs',
      'POST /v1/metrics',
      'POST /v1/traces',
    ]);
    for (const one of asked) expect(one).toMatchObject({ type, body });
    expect(sights).toHaveLength(3);
  });

  it.each([
    { code: 401, mark: 'problem', found: 'does not know who asks', advice: 'OTEL_EXPORTER_OTLP_HEADERS' },
    {
      code: 404,
      mark: 'problem',
      found: 'takes nothing at this path',
      advice: 'the address before /v1/logs',
    },
    { code: 415, mark: 'problem', found: 'does not take this form', advice: 'OTEL_EXPORTER_OTLP_PROTOCOL' },
    { code: 308, mark: 'problem', found: 'sends elsewhere', advice: 'where it really is' },
    { code: 500, mark: 'problem', found: 'refuses with 500', advice: 'log of the collector' },
    { code: 400, mark: 'warning', found: 'nothing in it (400)', advice: 'whether events arrive' },
    { code: 503, mark: 'warning', found: 'cannot take anything now', advice: 'wait in the archive' },
  ])('that answers $code for one signal is told for that signal', async ({ code, mark, found, advice }) => {
    status = { '/v1/logs': code };
    const [others, logs] = await check();
    expect(others).toEqual({
      check: 'collector: spans and metrics',
      mark: 'ok',
      found: `${listening.origin} takes spans and metrics`,
    });
    expect(logs).toMatchObject({ check: 'collector: log records', mark });
    expect(logs?.found).toMatch(`${listening.origin}/v1/logs `);
    expect(logs?.found).toContain(found);
    expect(logs?.advice).toContain(advice);
  });

  it('is asked only for what is exported, and nowhere when nothing is', async () => {
    expect((await check({ OTEL_METRICS_EXPORTER: 'none' }))[0]?.found).toMatch(
      /takes spans and log records$/,
    );
    expect(await check({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toMatchObject([{ mark: 'ok' }]);
    expect(asked).toHaveLength(2);
  });

  it('that is away is one problem in words, and what waits is not lost where there is an archive', async () => {
    await listening.close();
    const findings = await check();
    expect(findings).toMatchObject([
      { check: 'collector', mark: 'problem', found: `${listening.origin}: nothing listens there` },
    ]);
    expect(findings[0]?.advice).toMatch(/; until then events wait in the archive$/);
    expect((await check({}, [], false))[0]?.advice).not.toContain('archive');
  });
});
