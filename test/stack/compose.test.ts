/**
 * docker-compose.yml without an engine: that it starts what the tests run, mounts what is there, publishes on
 * loopback, and gives no part a right that it does not need.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { serviceEnv } from '../../scripts/service-env.mjs';
import { PROGRAMS, ROOT } from '../../scripts/stack/programs.ts';
import { read, readCompose, readSettings, readVariables, withDefaults } from './composeFile.ts';

const compose = readCompose();
const services = Object.entries(compose.services);
const text = read('docker-compose.yml');
/** What reads variables of its environment, by service. */
const CONFIGS = {
  collector: 'deploy/collector/collector.yaml',
  tempo: 'deploy/tempo/tempo.yaml',
  loki: 'deploy/loki/loki.yaml',
  grafana: 'deploy/grafana/provisioning/datasources/sightline.yaml',
};

describe('versions', () => {
  it.each(PROGRAMS)('$name: the image is the version that the tests run', (program) => {
    const image = compose.services[program.name]?.image ?? '';
    expect(withDefaults(image)).toBe(`${program.image}:${program.tag}`);
    expect(program.tag.replace(/^v/, '')).toBe(program.version);
  });

  it.each(PROGRAMS)('$name: its go.mod pins the version of the table', ({ name, module, moduleVersion }) => {
    expect(read(`test/stack/${name}/go.mod`)).toMatch(
      new RegExp(`^\\s*(?:require )?${module} ${moduleVersion.replaceAll('.', '\\.')}( //|$)`, 'm'),
    );
  });

  it('no image is `latest` or without a tag', () => {
    for (const [, { image = '' }] of services) expect(withDefaults(image)).toMatch(/:v?\d+\.\d+\.\d+$/);
    for (const file of ['deploy/proxy/Dockerfile', 'deploy/grafana/Dockerfile']) {
      for (const [, image = ''] of read(file).matchAll(/^FROM (\S+)/gm))
        expect(image).toMatch(/:\$\{[A-Z]+_VERSION\}|^scratch$/);
    }
  });

  it("the images' Node is the one that everything else runs on, and Sightline's own version is its package's", () => {
    const node = (JSON.parse(read('package.json')) as { devDependencies: { node: string } }).devDependencies
      .node;
    for (const file of ['deploy/proxy/Dockerfile', 'deploy/grafana/Dockerfile']) {
      expect(read(file)).toContain(`ARG NODE_VERSION=${node}\n`);
    }
    const { version } = JSON.parse(read('proxy/package.json')) as { version: string };
    expect(readSettings()['SIGHTLINE_VERSION']).toBe(version);
    expect(read('deploy/grafana/Dockerfile')).toContain(
      `ARG GRAFANA_VERSION=${readSettings()['GRAFANA_VERSION']}\n`,
    );
  });
});

describe('settings', () => {
  it('.env.example tells of every variable, with the default in force', () => {
    const used = readVariables(text);
    for (const [name, defaults] of used) expect(defaults, name).toHaveLength(1);
    const inForce = Object.fromEntries([...used].map(([name, [value = '']]) => [name, value]));
    expect(readSettings()).toEqual(inForce);
  });

  it.each(Object.entries(CONFIGS))(
    '%s: what its configuration reads, compose gives, and nothing else',
    (name, file) => {
      const variables = readVariables(read(file).replaceAll('${env:', '${'));
      const given = Object.keys(compose.services[name]?.environment ?? {});
      // A default on loopback is of no use between containers, and neither is none.
      const needed = [...variables].filter(([, defaults]) =>
        defaults.some((text) => /^$|127\.0\.0\.1/.test(text)),
      );
      expect(given).toEqual(expect.arrayContaining(needed.map(([variable]) => variable)));
      const others = given.filter((variable) => !/^(GOMEMLIMIT$|GF_)/.test(variable));
      expect([...variables.keys()]).toEqual(expect.arrayContaining(others));
    },
  );

  it("the proxy's image has the environment that `npm start` gives it", () => {
    const dockerfile = read('deploy/proxy/Dockerfile');
    for (const [name, value] of Object.entries(serviceEnv({}))) {
      expect(dockerfile).toMatch(new RegExp(`^(ENV|   ) .*\\b${name}=${value}( \\\\)?$`, 'm'));
    }
  });
});

describe('mounts', () => {
  it('every path that is mounted or built from is there, and every volume is declared', () => {
    for (const [name, service] of services) {
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.'))
          expect(existsSync(path.join(ROOT, source)), `${name}: ${source}`).toBe(true);
        else expect(Object.keys(compose.volumes), `${name}: ${source}`).toContain(source);
      }
      const dockerfile = service.build?.dockerfile;
      if (dockerfile !== undefined) expect(existsSync(path.join(ROOT, dockerfile)), dockerfile).toBe(true);
    }
  });

  it('Prometheus scrapes the stores where they listen', () => {
    const groups = parse(read('deploy/prometheus/targets/compose.yml')) as {
      targets: string[];
      labels: { job: string };
    }[];
    const listening = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name === 'prometheus' ? '127.0.0.1' : name}:${port.split(':').at(-1)}`),
    );
    for (const { targets } of groups) expect(listening).toEqual(expect.arrayContaining(targets));
    expect(groups.map(({ labels }) => labels.job)).toEqual(['loki', 'tempo', 'prometheus']);
  });

  it('every file that a command names is in what is mounted', () => {
    for (const [name, { command = [], volumes = [] }] of services) {
      const mounted = volumes
        .map((volume) => volume.split(':'))
        .filter(([source = '']) => source.startsWith('.'));
      const named = command.flatMap((arg) => /^(?:@|--?config(?:\.file)?=)(\/.+)$/.exec(arg)?.[1] ?? []);
      expect(named.length > 0, name).toBe(PROGRAMS.some((program) => program.name === name));
      for (const file of named) {
        const [source = '', target = ''] = mounted.find(([, folder]) => file.startsWith(`${folder}/`)) ?? [];
        expect(existsSync(path.join(ROOT, source, file.slice(target.length))), `${name}: ${file}`).toBe(true);
      }
    }
  });

  it('every path of the repository is mounted read-only', () => {
    for (const [name, service] of services) {
      for (const volume of service.volumes ?? []) {
        if (volume.startsWith('.')) expect(volume, name).toMatch(/:ro$/);
      }
    }
  });

  it('each volume belongs to the user that writes into it', () => {
    const owners = String(compose.services['prepare']?.environment?.['VOLUMES']).matchAll(
      /\/volumes\/(\w+)=(\d+):\d+/g,
    );
    const byVolume = Object.fromEntries([...owners].map(([, volume = '', uid = '']) => [volume, uid]));
    expect(Object.keys(byVolume).sort()).toEqual(Object.keys(compose.volumes).sort());
    for (const [name, service] of services.filter(([name]) => name !== 'prepare')) {
      const own = (service.volumes ?? []).filter((volume) => !volume.startsWith('.'));
      for (const volume of own)
        expect(service.user?.split(':')[0], name).toBe(byVolume[volume.split(':')[0] ?? '']);
    }
  });
});

describe('rights', () => {
  it.each(services)(
    '%s: read-only root, no capability, bounded memory, and no root but to prepare',
    (name, service) => {
      expect(service.read_only).toBe(true);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.restart).toBe(name === 'prepare' ? 'no' : 'unless-stopped');
      expect(service.mem_limit).toBeDefined();
      if (name === 'prepare') expect(service).toMatchObject({ network_mode: 'none' });
      else expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    },
  );

  it('the proxy reaches the machine that it runs on, where a server of the user may be', () => {
    expect(compose.services['proxy']?.extra_hosts).toEqual(['host.docker.internal:host-gateway']);
  });

  it('every port is bound to loopback unless BIND says otherwise, and the stores whatever it says', () => {
    for (const [name, { ports = [] }] of services) {
      for (const port of ports) {
        expect(withDefaults(port), name).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
        if (PROGRAMS.some((program) => program.name === name) && name !== 'collector') {
          expect(port, name).toMatch(/^127\.0\.0\.1:/);
        }
      }
    }
  });

  it('no port is published twice', () => {
    const published = services.flatMap(([, { ports = [] }]) =>
      ports.map((port) => withDefaults(port).split(':')[1]),
    );
    expect(new Set(published).size).toBe(published.length);
  });

  it('who waits for health waits for someone who can tell it', () => {
    for (const [name, service] of services) {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        if (condition === 'service_healthy') {
          expect(compose.services[other]?.healthcheck?.test, `${name} waits for ${other}`).toBeDefined();
        }
      }
    }
  });
});

describe('Grafana', () => {
  const { environment = {}, volumes = [] } = compose.services['grafana'] ?? {};
  const mountedFrom = (source: string): string | undefined =>
    volumes.find((volume) => volume.startsWith(`${source}:`))?.split(':')[1];

  it('has no password but the one that `prepare` writes', () => {
    const written = String(compose.services['prepare']?.environment?.['PASSWORD_FILE']);
    expect(environment).not.toHaveProperty('GF_SECURITY_ADMIN_PASSWORD');
    expect(environment['GF_SECURITY_ADMIN_PASSWORD__FILE']).toBe(
      written.replace('/volumes/secrets', mountedFrom('secrets') ?? ''),
    );
    expect(readSettings()['GRAFANA_PASSWORD']).toBe('');
  });

  it('finds the panel in its image and the dashboards where its provider looks', () => {
    const { id } = JSON.parse(read('grafana-plugin/src/plugin.json')) as { id: string };
    const dockerfile = read('deploy/grafana/Dockerfile');
    const folder = /^ENV GF_PATHS_PLUGINS=(.+)$/m.exec(dockerfile)?.[1];
    expect(dockerfile).toContain(`/grafana-plugin/dist ${folder}/${id}\n`);
    expect(environment['GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS']).toBe(id);
    const { providers } = parse(read('deploy/grafana/provisioning/dashboards/sightline.yaml'));
    expect(providers[0].options.path).toBe(mountedFrom('./dashboards'));
  });
});

describe('prepare', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-prepare-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'grafana-password');
  const own = `${folder}=${process.getuid?.()}:${process.getgid?.()}`;
  const prepare = (password: string): string =>
    execFileSync(process.execPath, [path.join(ROOT, 'deploy/prepare.mjs')], {
      env: { VOLUMES: ` ${own} `, PASSWORD_FILE: file, GRAFANA_PASSWORD: password },
      encoding: 'utf8',
    });

  it('makes a password once and tells it at every start', () => {
    const said = prepare('');
    const made = readFileSync(file, 'utf8');
    expect(made).toMatch(/^[\w-]{24}$/);
    expect(said).toContain(`password ${made} `);
    expect(prepare('')).toBe(said);
    expect(readFileSync(file, 'utf8')).toBe(made);
  });

  it('keeps the first, which is what Grafana keeps, and says so to whoever gives another later', () => {
    expect(prepare('a later one')).toContain('GRAFANA_PASSWORD is another than at the first start');
    expect(readFileSync(file, 'utf8')).not.toBe('a later one');
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name));
    expect(prepare('a password of my own')).toBe('');
    expect(readFileSync(file, 'utf8')).toBe('a password of my own');
    expect(prepare('a password of my own')).toBe('');
  });
});
