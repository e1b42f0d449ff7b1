/**
 * docker-compose.yml for real: what the native stack is held to, and what only containers can get wrong (rights,
 * owners of volumes, order of start, names between containers, what is published, what lasts). One start serves all,
 * in the order in which a user meets it: first start, a look around, down, up with other settings.
 */
import { globSync } from 'node:fs';
import { createServer, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDetail } from '../../proxy/src/contract/index.ts';
import { PROGRAMS, ROOT } from '../../scripts/stack/programs.ts';
import { countsOfEvents, recordsOf, spansOf } from '../stack/compare.ts';
import { readCompose } from '../stack/composeFile.ts';
import { describeDelivery, type Traffic } from '../stack/delivered.ts';
import { queryRecords } from '../stack/loki.ts';
import { queryFigure } from '../stack/prometheus.ts';
import { readArchive } from '../stack/rig.ts';
import { connectOld, visitSmall } from '../support/peersClients.ts';
import { startSmallServer } from '../support/peersServer.ts';
import { type ComposeRig, type Container, createRig } from './rig.ts';

const TRAFFIC_MS = 30_000;
const VISIBLE_MS = 60_000;

let rig: ComposeRig;
let traffic: Traffic;
/** While everything ran. */
let containers: readonly Container[];
/** The address of this machine on which containers reach it. */
let machine: string;

const storesOf = (): Traffic['addresses'] => ({
  loki: rig.address('LOKI_PORT'),
  tempo: rig.address('TEMPO_PORT'),
  prometheus: rig.address('PROMETHEUS_PORT'),
});

const find = (service: string): Container => {
  const found = containers.find((one) => one.service === service);
  if (found === undefined) throw new Error(`no container of ${service}`);
  return found;
};
const of = (service: string): Container['inspected'] => find(service).inspected;

afterAll(() => rig?.close());

describeDelivery(async () => {
  const from = Date.now();
  rig = await createRig();
  rig.up();
  await sleep(TRAFFIC_MS);
  containers = rig.containers();
  machine = await findMachine();
  traffic = { addresses: storesOf(), events: await stopAndRead(), range: { from, to: Date.now() + 1_000 } };
  return traffic;
}, false);

/** Ends the proxy, and reads the archive that it leaves in its volume. */
async function stopAndRead(): Promise<readonly EventDetail[]> {
  rig.compose('stop', 'proxy');
  expect(rig.container('proxy').inspected.State.ExitCode, rig.compose('logs', 'proxy')).toBe(0);
  const copy = path.join(rig.folder, 'demo');
  rig.compose('cp', 'proxy:/var/lib/sightline/demo', copy);
  return readArchive(copy);
}

/** What containers are told is an address of ours on Linux; elsewhere it leads to our loopback. */
async function findMachine(): Promise<string> {
  const script =
    "require('dns').lookup('host.docker.internal', { family: 4 }, (_, address) => console.log(address))";
  const told = rig.compose('exec', '--no-TTY', 'proxy', 'node', '--eval', script);
  const isOurs = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, told, () => server.close(() => resolve(true)));
  });
  return isOurs ? told : '127.0.0.1';
}

const services = Object.entries(readCompose().services);
const lasting = services.filter(([name]) => name !== 'prepare');

describe('every container', () => {
  it.each(lasting)(
    '%s runs, is healthy where that can be told, and was never started again',
    (name, service) => {
      const { State, RestartCount } = of(name);
      expect(State.Status).toBe('running');
      expect(RestartCount).toBe(0);
      expect(State.OOMKilled).toBe(false);
      // The collector's image has nothing that could ask.
      const told = service.healthcheck !== undefined || name === 'proxy';
      expect(State.Health?.Status).toBe(told ? 'healthy' : undefined);
    },
  );

  it.each(lasting)(
    '%s runs as its own user, without rights, on a read-only root, in bounded memory',
    (name, service) => {
      const { inspected, users } = find(name);
      const { HostConfig } = inspected;
      expect(users.length).toBeGreaterThan(0);
      for (const user of users) expect(String(user)).toBe(service.user?.split(':')[0]);
      expect(HostConfig.ReadonlyRootfs).toBe(true);
      expect(HostConfig.CapDrop).toEqual(['ALL']);
      expect(HostConfig.CapAdd).toBeNull();
      expect(HostConfig.SecurityOpt).toContain('no-new-privileges:true');
      expect(HostConfig.Memory).toBeGreaterThan(0);
    },
  );

  it.each(lasting)('%s is published on loopback only', (name) => {
    for (const bound of Object.values(of(name).NetworkSettings.Ports)) {
      for (const { HostIp } of bound ?? []) expect(HostIp).toBe('127.0.0.1');
    }
  });

  it('began after everything that it waits for', () => {
    const prepared = of('prepare').State;
    expect(prepared.ExitCode).toBe(0);
    for (const [name, { depends_on = {} }] of lasting) {
      const begun = Date.parse(of(name).State.StartedAt);
      expect(Object.keys(depends_on)).toContain('prepare');
      expect(begun).toBeGreaterThan(Date.parse(prepared.FinishedAt));
      for (const other of Object.keys(depends_on)) {
        expect(begun, `${name} after ${other}`).toBeGreaterThan(Date.parse(of(other).State.StartedAt));
      }
    }
  });

  it('has written nothing that sounds like a failure', () => {
    const lines = PROGRAMS.flatMap(({ name }) =>
      rig.compose('logs', '--no-log-prefix', name).split('\n'),
    ).filter((line) => /permission denied|read-only file system|panic|out of memory/i.test(line));
    expect(lines).toEqual([]);
  });
});

describe('Grafana', () => {
  it('takes the password that was made and told, and no other', async () => {
    expect((await askGrafana('/api/org', madePassword())).status).toBe(200);
    expect((await askGrafana('/api/org', 'admin')).status).toBe(401);
  });

  it.each(['sightline-loki', 'sightline-prometheus', 'sightline-tempo'])('reaches %s', async (uid) => {
    const answer = await askGrafana(`/api/datasources/uid/${uid}/health`, madePassword());
    expect(await answer.json()).toMatchObject({ status: 'OK' });
  });

  it('finds through its data source what Loki has', async () => {
    const { from, to } = traffic.range;
    const query = { refId: 'A', datasource: { uid: 'sightline-loki' }, expr: EVENTS, maxLines: 10_000 };
    const answer = await askGrafana('/api/ds/query', madePassword(), {
      queries: [query],
      from: String(from),
      to: String(to),
    });
    const { results } = (await answer.json()) as {
      readonly results: {
        readonly A: {
          readonly frames: readonly { readonly data: { readonly values: readonly unknown[][] } }[];
        };
      };
    };
    const rows = results.A.frames.reduce((sum, { data }) => sum + (data.values[0]?.length ?? 0), 0);
    expect(rows).toBe(traffic.events.length);
  });

  it('has the panel, and every dashboard of the repository', async () => {
    expect(
      (await askGrafana('/api/plugins/sightline-mcpsessions-panel/settings', madePassword())).status,
    ).toBe(200);
    const found = await askGrafana('/api/search?type=dash-db&folderUIDs=sightline', madePassword());
    const files = globSync('dashboards/*.json', { cwd: ROOT });
    expect(await found.json()).toHaveLength(files.length);
  });
});

const EVENTS = '{service_name="sightline", sightline_record="event"}';

const madePassword = (): string =>
  /password (\S+)/.exec(rig.compose('logs', '--no-log-prefix', 'prepare'))?.[1] ?? '';

function askGrafana(route: string, password: string, body?: unknown): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  return fetch(`${rig.address('GRAFANA_PORT')}${route}`, {
    headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
}

describe('down, and up again with other settings', () => {
  const TOKEN = 'a-token-of-the-users-own';
  let password: string;
  const seen = { from: 0, to: 0 };

  beforeAll(async () => {
    password = madePassword();
    rig.compose('down');
    const server = await startSmallServer(() => undefined, machine);
    try {
      rig.up({
        SIGHTLINE_UPSTREAM: `http://host.docker.internal:${new URL(server.url).port}/mcp`,
        SIGHTLINE_PAGE_TOKEN: TOKEN,
        SIGHTLINE_RETENTION_DAYS: '90',
        LOKI_RETENTION_DAYS: '90',
        TEMPO_RETENTION_DAYS: '90',
        PROMETHEUS_RETENTION_DAYS: '90',
      });
      seen.from = Date.now();
      const client = await connectOld(new URL(`${rig.address('PROXY_PORT')}/mcp`), 'http', () => undefined);
      await visitSmall(client);
      await client.close();
      seen.to = Date.now() + 60_000;
    } finally {
      await server.close();
    }
  });

  it('every event and span of before is still there, once', async () => {
    const { events, range, addresses } = traffic;
    const records = await recordsOf(addresses.loki, 'event', range);
    const { wanted, found } = countsOfEvents(events, records);
    expect(found).toEqual(wanted);
    const spans = await spansOf(addresses.tempo, events);
    for (const { eventName, spanId = '' } of events) {
      if (eventName === 'sightline.request') expect(spans.get(spanId)).toHaveLength(1);
    }
    const counted = await queryFigure(
      addresses.prometheus,
      'sum(mcp_server_operation_duration_seconds_count)',
      range.to,
    );
    expect(counted).toBe(events.filter(({ eventName }) => eventName === 'sightline.request').length);
    expect((await askGrafana('/api/org', password)).status).toBe(200);
    expect(madePassword()).toBe(password);
  });

  it('a server on the machine itself is watched', async () => {
    const tools = async (): Promise<readonly string[]> => {
      const query = `${EVENTS} | sightline_client_name="peer-sdk-1" | mcp_method_name="tools/call"`;
      const records = await queryRecords(traffic.addresses.loki, query, seen);
      return records.map(({ labels }) => `${labels['gen_ai_tool_name']} ${labels['sightline_outcome']}`);
    };
    await expect
      .poll(tools, { timeout: VISIBLE_MS })
      .toEqual(['add ok', 'ask ok', 'fail tool_error', 'no_such_tool rpc_error']);
  });

  it('the page wants the token given, the proxy a host that it knows', async () => {
    const totals = `${rig.address('PAGE_PORT')}/api/v1/totals`;
    expect((await fetch(totals)).status).toBe(401);
    expect((await fetch(totals, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    expect(await statusFor('rebound.example')).toBe(403);
  });

  it('everything keeps what it has for as long as it was told', async () => {
    const { loki, tempo, prometheus } = traffic.addresses;
    const read = async (url: string): Promise<string> => (await fetch(url)).text();
    expect(await read(`${loki}/config`)).toMatch(/^ +retention_period: (12w6d|90d|2160h.*)$/m);
    expect(await read(`${tempo}/status/config`)).toMatch(/^ +block_retention: 90d$/m);
    expect(await read(`${prometheus}/api/v1/status/flags`)).toMatch(
      /"storage\.tsdb\.retention\.time":"(90d|12w6d)"/,
    );
    expect(rig.compose('logs', '--no-log-prefix', 'proxy')).toMatch(/90 days/);
  });
});

/** What the proxy answers who calls it by a name. */
function statusFor(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${rig.address('PROXY_PORT')}/mcp`,
      { method: 'POST', headers: { host } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.on('error', reject);
    asked.end('{}');
  });
}
