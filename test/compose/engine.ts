/** What docker-compose.yml needs here, and how it is asked for. */
import { spawnSync } from 'node:child_process';
import { PROGRAMS, ROOT } from '../../scripts/stack/programs.ts';
import { readSettings } from '../stack/composeFile.ts';

/** Set in the environment, they would win over the file that a test gives. */
const settings = new Set(Object.keys(readSettings()));

const options = {
  cwd: ROOT,
  env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.has(name))),
};

export interface Ran {
  readonly ok: boolean;
  readonly out: string;
  /** What it said on standard error. */
  readonly said: string;
}

/** Runs docker in the repository's root, without what this process has of the settings. */
export function docker(args: readonly string[]): Ran {
  const done = spawnSync('docker', args, { ...options, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (done.error) return { ok: false, out: '', said: done.error.message };
  return { ok: done.status === 0, out: done.stdout.trim(), said: done.stderr.trim() };
}

/** Why docker-compose.yml cannot be run here, with what to do; undefined when it can. */
export function whyNoCompose(): string | undefined {
  const engine = docker(['version', '--format', '{{.Server.Version}}']);
  if (!engine.ok) return `No container engine answers ('docker version': ${engine.said}).`;
  const compose = docker(['compose', 'version', '--short']);
  if (!compose.ok) return `Docker's compose plugin is missing ('docker compose version': ${compose.said}).`;
  const missing = PROGRAMS.map(({ image, tag }) => `${image}:${tag}`).filter(
    (image) => !docker(['image', 'inspect', '--format', '{{.Id}}', image]).ok,
  );
  if (missing.length === 0) return undefined;
  return `Images that are not here: ${missing.join(', ')} ('docker compose pull --ignore-buildable' brings them).`;
}

/** Makes the images of this checkout, as a user's `docker compose build` does. Says whether it could. */
export function buildImages(): boolean {
  const args = ['compose', '--env-file', '.env.example', 'build'];
  return spawnSync('docker', args, { ...options, stdio: 'inherit' }).status === 0;
}
