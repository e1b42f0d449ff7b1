/**
 * The configuration files under deploy/, each judged by the very program that reads it, and held to the contract:
 * a name in them that nothing exports would fail silently, as an index label that is never there.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DATA_SOURCES, LOKI, PROMETHEUS, TEMPO } from '../../dashboards/src/dataSources.ts';
import { PATTERNS_BUILT_IN } from '../../proxy/src/config/redaction.ts';
import {
  ATTRIBUTES,
  METRICS,
  type MetricRow,
  OPERATION_BUCKETS,
  RECORD_NAMES,
} from '../../proxy/src/contract/index.ts';
import { prometheusName } from '../../proxy/src/telemetry/prometheus.ts';
import { findStack } from '../../scripts/stack/build.ts';
import { USUAL_PORTS } from '../../scripts/stack/ports.ts';
import { PROGRAMS, type ProgramName, ROOT } from '../../scripts/stack/programs.ts';
import { CONFIG_FILES, environmentOf } from '../../scripts/stack/specs.ts';
import { read } from './composeFile.ts';

const binaries = findStack();
const missing = typeof binaries === 'string' ? binaries : undefined;
if (missing !== undefined) console.warn(`skipped: the programs' own checks; ${missing}`);

const folder = mkdtempSync(path.join(tmpdir(), 'sightline-stack-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CHECKS: Readonly<Record<ProgramName, readonly [binary: string, args: readonly string[]]>> = {
  collector: ['otelcol', ['validate', `--config=${CONFIG_FILES.collector}`]],
  tempo: ['tempo', [`-config.file=${CONFIG_FILES.tempo}`, '-config.expand-env=true', '-config.verify=true']],
  loki: ['loki', [`-config.file=${CONFIG_FILES.loki}`, '-config.expand-env=true', '-verify-config=true']],
  prometheus: ['promtool', ['check', 'config', CONFIG_FILES.prometheus]],
};

/** Runs a program's own check; throws with what it says when it refuses. */
function check(name: ProgramName, env: Readonly<Record<string, string>>): string {
  if (typeof binaries === 'string') throw new Error(binaries);
  const [binary, args] = CHECKS[name];
  return execFileSync(binaries[binary] ?? '', args, {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
}

const settings = {
  binaries: {},
  ports: USUAL_PORTS,
  folder,
  retentionDays: 90,
};

describe.skipIf(missing !== undefined)('the configuration is accepted by its own program', () => {
  it.each(PROGRAMS)('$name, without a variable and with those of `npm run stack`', ({ name }) => {
    expect(() => check(name, {})).not.toThrow();
    expect(() => check(name, environmentOf(name, settings))).not.toThrow();
  });

  it.each(PROGRAMS.filter(({ versionVariable }) => versionVariable))('$name says its version', (program) => {
    if (typeof binaries === 'string') throw new Error(binaries);
    for (const name of Object.keys(program.binaries)) {
      const said = execFileSync(binaries[name] ?? '', ['--version'], { encoding: 'utf8' });
      expect(said).toContain(`version ${program.version} `);
    }
  });
});

describe('the contract', () => {
  const known = new Set<string>([
    ...ATTRIBUTES.flatMap(({ key }) => [key, key.replaceAll('.', '_')]),
    ...Object.keys(RECORD_NAMES),
    ...METRICS.map(({ name }) => name),
    ...(METRICS as readonly MetricRow[]).flatMap((row) => {
      const name = prometheusName(row);
      return row.kind === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    }),
  ]);
  const files = ['docker-compose.yml', ...globSync('deploy/**/*.{yaml,yml,md,json}', { cwd: ROOT })];

  /** What the rules record is a name too, made of others; the longest first, because some begin as another. */
  const recorded = globSync('deploy/prometheus/rules/*.yml', { cwd: ROOT })
    .flatMap((file) => [...read(file).matchAll(/^\s*- record: '?([\w:]+)'?$/gm)].map(([, name = '']) => name))
    .sort((a, b) => b.length - a.length);

  it('has every name that a file under deploy/ uses', () => {
    expect(files.length).toBeGreaterThan(5);
    const unknown = files.flatMap((file) =>
      [
        ...recorded
          .reduce((text, name) => text.replaceAll(name, ''), read(file))
          .matchAll(/(?<![\w./-])(?:sightline|mcp|gen_ai)[._][a-z_][a-z0-9_.]*(?![\w-])/g),
      ]
        .map(([name]) => name.replace(/\.$/, ''))
        .filter((name) => !known.has(name) && !/^sightline\.(?:yaml|example)/.test(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it("gives the exemplars' histogram the buckets of the proxy's own", () => {
    const collector = parse(read('deploy/collector/collector.yaml'), { merge: true });
    const buckets: readonly string[] = collector.connectors.span_metrics.histogram.explicit.buckets;
    const seconds = buckets.map((text) =>
      text.endsWith('ms') ? Number.parseInt(text, 10) / 1000 : Number.parseInt(text, 10),
    );
    expect(seconds).toEqual([...OPERATION_BUCKETS]);
  });

  it('masks in the collector whatever tokens the proxy knows by their look', () => {
    const collector = parse(read('deploy/collector/collector.yaml'), { merge: true });
    const patterns: readonly string[] = collector.processors.redaction.blocked_values;
    // The credentials of an address are found by a look behind, which the collector's expressions have not.
    const expected = PATTERNS_BUILT_IN.filter(({ name }) => name !== 'url_login');
    for (const { source } of expected) {
      const plain = source.replace('(?<![\\w-]{67})', '');
      expect(patterns.map((text) => text.replace(/^\(\?i\)/, ''))).toContain(plain);
    }
  });
});

describe('the data sources of Grafana', () => {
  const { datasources } = parse(read('deploy/grafana/provisioning/datasources/sightline.yaml')) as {
    readonly datasources: readonly { readonly type: string; readonly uid: string }[];
  };

  it('are those that the dashboards name', () => {
    expect(datasources.map(({ type, uid }) => ({ type, uid })).sort(byUid)).toEqual(
      DATA_SOURCES.toSorted(byUid),
    );
  });

  it('lead from one to another: from records to their trace, from spans to records, from exemplars to traces', () => {
    const links = Object.fromEntries(
      datasources.map((source) => [
        source.type,
        [...JSON.stringify(source).matchAll(/"datasourceUid":"([^"]+)"/g)].map(([, uid = '']) => uid),
      ]),
    );
    expect(links).toEqual({
      loki: [TEMPO.uid],
      tempo: [LOKI.uid, PROMETHEUS.uid],
      prometheus: [TEMPO.uid],
    });
  });

  const byUid = (a: { readonly uid: string }, b: { readonly uid: string }): number =>
    a.uid < b.uid ? -1 : 1;
});

describe('components', () => {
  it('of the collector are all used, and built at one version', () => {
    const manifest = parse(read('test/stack/collector/builder.yaml'));
    const config = parse(read('deploy/collector/collector.yaml'), { merge: true });
    const used = ['receivers', 'processors', 'connectors', 'exporters', 'extensions'].flatMap((kind) =>
      Object.keys(config[kind]).map((name) => (name.split('/')[0] ?? '').replaceAll('_', '')),
    );
    const built = ['receivers', 'processors', 'connectors', 'exporters', 'extensions'].flatMap((kind) =>
      (manifest[kind] as readonly { gomod: string }[]).map(({ gomod }) => gomod),
    );
    for (const gomod of built) expect(gomod).toMatch(new RegExp(` v${manifest.dist.version}$`));
    const folders = built.map((gomod) => (gomod.split(' ')[0] ?? '').split('/').at(-1) ?? '');
    const plain = folders.map((name) =>
      name.replace(/(receiver|processor|connector|exporter|extension)$/, ''),
    );
    // The gRPC exporter's folder is older than its name.
    const names = plain.map((name, index) =>
      name === 'otlp' && folders[index] === 'otlpexporter' ? 'otlpgrpc' : name,
    );
    expect([...new Set(names)].sort()).toEqual([...new Set(used)].sort());
  });
});
