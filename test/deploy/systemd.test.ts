/** `deploy/systemd/`: a unit that systemd understands, with options that Sightline understands, and nothing left open. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../proxy/src/config/parse.ts';
import { readEnvironment } from '../../proxy/src/telemetry/environment.ts';
import { serviceEnv } from '../../scripts/service-env.mjs';
import { read } from '../stack/composeFile.ts';

const text = read('deploy/systemd/sightline.service');
const settings = read('deploy/systemd/sightline.env');

/** Values by key, by section, in their order: a key may stand several times. */
function readUnit(unit: string): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const sections = new Map<string, Map<string, string[]>>();
  let section = new Map<string, string[]>();
  for (const line of unit.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const name = /^\[(\w+)\]$/.exec(line)?.[1];
    if (name === undefined) {
      const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
      expect(key, line).not.toBe('');
      section.set(key, [...(section.get(key) ?? []), value]);
    } else {
      section = new Map();
      sections.set(name, section);
    }
  }
  return sections;
}

const unit = readUnit(text);
const service = (key: string): readonly string[] => unit.get('Service')?.get(key) ?? [];
/** `Environment=` lines, with the one specifier in them put in. */
const environment = Object.fromEntries(
  service('Environment')
    .flatMap((line) => line.split(' '))
    .map((pair) => [
      pair.slice(0, pair.indexOf('=')),
      pair.slice(pair.indexOf('=') + 1).replace('%S', '/var/lib'),
    ]),
);

/** Settings of the example, with those that are commented out or without. */
function settingsOf(all: boolean): Readonly<Record<string, string>> {
  const lines = settings.matchAll(all ? /^#?([A-Z_]+)=(.*)$/gm : /^([A-Z_]+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** An instruction's time span: seconds, which is all that the unit uses. */
const secondsOf = (key: string): number => Number(service(key)[0]);

describe('the unit', () => {
  it('has the sections of a service, and each key once but for lists', () => {
    expect([...unit.keys()]).toEqual(['Unit', 'Service', 'Install']);
    for (const [name, keys] of unit)
      for (const [key, values] of keys)
        if (!['Environment', 'SystemCallFilter'].includes(key))
          expect(values, `${name} ${key}`).toHaveLength(1);
    expect(unit.get('Install')?.get('WantedBy')).toEqual(['multi-user.target']);
  });

  it('starts Sightline with options that it has, and with the settings of the example', () => {
    const [program = '', ...argv] = (service('ExecStart')[0] ?? '').split(' ');
    expect(path.posix.isAbsolute(program)).toBe(true);
    const parse = (env: Readonly<Record<string, string>>) =>
      parseConfig({
        argv,
        env: { ...environment, ...env },
        readFile: () => ({ text: '{"mcpServers": {}}' }),
      });
    const parsed = parse(settingsOf(false));
    if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed));
    const { values, upstreams } = parsed.config;
    expect(upstreams).toHaveLength(1);
    expect(values['state-dir']).toBe(`/var/lib/${service('StateDirectory')[0]}`);
    // Drained, the last frames told, the last batches delivered: only then is it killed.
    expect(secondsOf('TimeoutStopSec') * 1_000).toBeGreaterThan(values['drain-time'] + 6_000);
    expect(parse(settingsOf(true)).kind).toBe('run');
    expect(readEnvironment(settingsOf(true)).problems).toEqual([]);
  });

  it('gives it the environment that `npm start` gives it', () => {
    expect(environment).toMatchObject(serviceEnv({}));
  });

  it('starts it again after a failure, but not with a configuration that is wrong', () => {
    expect([service('Restart'), service('RestartPreventExitStatus')]).toEqual([['on-failure'], ['2']]);
    expect(service('EnvironmentFile')[0]).not.toMatch(/^-/);
  });
});

const ANALYZER = 'systemd-analyze';

// There is none on other systems; the rest is tested there as well.
if (spawnSync(ANALYZER, ['--version']).status === 0) {
  describe('to systemd itself', () => {
    const inFolder = <Result>(act: (file: string) => Result): Result => {
      const folder = mkdtempSync(path.join(tmpdir(), 'sightline-unit-'));
      try {
        const file = path.join(folder, 'sightline.service');
        // It looks whether the program is there.
        writeFileSync(file, text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
        return act(file);
      } finally {
        rmSync(folder, { recursive: true });
      }
    };

    it('every key is known and every value is one', () => {
      inFolder((file) => {
        const { status, stderr } = spawnSync(
          ANALYZER,
          ['verify', '--man=no', '--recursive-errors=no', file],
          {
            encoding: 'utf8',
          },
        );
        expect([status, stderr.split('\n').filter((line) => line.includes('sightline'))]).toEqual([0, []]);
      });
    });

    it('hardly anything is left open', () => {
      inFolder((file) => {
        const said = execFileSync(ANALYZER, ['security', '--offline=true', '--no-pager', file], {
          encoding: 'utf8',
        });
        const level = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
        // Of 10; what is left is the network, and code that is compiled while it runs.
        expect(level, said).toBeLessThan(2);
      });
    });
  });
}
