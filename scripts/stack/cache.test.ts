/** The cache of built programs: a key that nothing escapes, and no half program ever taken for a whole one. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildKey, builtFolder, cacheFolder, removeUnfinished, unfinishedFolder } from './cache.ts';
import { PROGRAMS } from './programs.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'sightline-cache-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the cache directory', () => {
  it('is what SIGHTLINE_CACHE says, else below the user’s own', () => {
    expect(cacheFolder({ SIGHTLINE_CACHE: folder, XDG_CACHE_HOME: '/elsewhere' })).toBe(folder);
    expect(cacheFolder({ SIGHTLINE_CACHE: '' })).toContain(homedir());
  });
});

describe('the key', () => {
  it('differs by program, compiler and recipe, and by nothing else', () => {
    const keys = PROGRAMS.flatMap((program) => [
      buildKey(program, 'go1.26.8 linux amd64', ['-s']),
      buildKey(program, 'go1.26.9 linux amd64', ['-s']),
      buildKey(program, 'go1.26.8 linux arm64', ['-s']),
      buildKey(program, 'go1.26.8 linux amd64', ['-w']),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    for (const program of PROGRAMS) {
      expect(buildKey(program, 'go', [])).toBe(buildKey(program, 'go', []));
      expect(builtFolder(program, 'k', { SIGHTLINE_CACHE: folder })).toContain(
        `${program.name}-${program.version}-k`,
      );
    }
  });
});

describe('what a killed build left', () => {
  it('is removed, and the work of a living one is not', () => {
    const built = path.join(folder, 'stack', 'loki-1-abc');
    const living = unfinishedFolder(built);
    // Above every process number that Linux gives.
    const dead = `${built}.unfinished-99999999`;
    for (const one of [built, living, dead]) mkdirSync(one, { recursive: true });
    removeUnfinished(path.join(folder, 'stack'));
    expect([built, living, dead].map((one) => existsSync(one))).toEqual([true, true, false]);
  });
});

describe('without Go', () => {
  it('says what is missing and what to do, and nothing else', () => {
    const run = spawnSync(process.execPath, [path.resolve('scripts/stack/build.ts')], {
      env: { PATH: folder, SIGHTLINE_CACHE: folder },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/^Go is missing .* install Go \d[\d.]+ or newer/);
    expect(run.stderr).not.toContain('    at ');
  });

  it('says which Go is needed when it is too old', () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    // What Go answers when a go.mod asks for more and it may not fetch another.
    writeFileSync(path.join(bin, 'go'), '#!/bin/sh\necho "go: go.mod requires go >= 9" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const run = spawnSync(process.execPath, [path.resolve('scripts/stack/build.ts')], {
      env: { PATH: `${bin}:/bin:/usr/bin`, SIGHTLINE_CACHE: folder },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(
      /^Go \d[\d.]+ or newer is needed for \w+\. Go itself says: go: go\.mod requires/,
    );
  });
});

describe('the step of npm test', () => {
  const run = (env: Readonly<Record<string, string>>) =>
    spawnSync(process.execPath, [path.resolve('scripts/stack/step.ts')], {
      env: { SIGHTLINE_CACHE: path.join(folder, 'step'), ...env },
      encoding: 'utf8',
    });

  it('is skipped without Go, with the reason', () => {
    const { status, stdout, stderr } = run({ PATH: folder });
    expect([status, stdout]).toEqual([0, '0 passed, 0 failed, 5 skipped\n']);
    expect(stderr).toMatch(/^SKIPPED\. Go is missing .* install Go \d[\d.]+ or newer/);
  });

  it('fails with what Go says when something cannot be downloaded', () => {
    const bin = path.join(folder, 'offline');
    mkdirSync(bin);
    const said = 'dial tcp: lookup proxy.golang.org: no such host';
    const script = `#!/bin/sh\nif [ "$1" = env ]; then echo go1.99; else echo "${said}" >&2; exit 1; fi\n`;
    writeFileSync(path.join(bin, 'go'), script, { mode: 0o755 });
    const { status, stdout, stderr } = run({ PATH: `${bin}:/bin:/usr/bin` });
    expect([status, stdout]).toEqual([1, '0 passed, 1 failed, 4 skipped\n']);
    expect(stderr).toContain(said);
    expect(stderr).toContain('A module that cannot be downloaded and a full disk are the usual causes.');
  });
});
