/** What `docker compose` needs here, and how it is asked. */
import { spawnSync } from 'node:child_process';
import { ROOT } from '../../scripts/stack/programs.ts';
import { readSettings } from '../stack/composeFile.ts';

/** Set in the environment, they would win over the file that a test gives. */
const settings = new Set(Object.keys(readSettings()));

export interface Ran {
  readonly ok: boolean;
  readonly out: string;
  /** What it said on standard error. */
  readonly said: string;
}

/** Runs docker in the repository's root, without what this process has of the settings. */
export function docker(args: readonly string[]): Ran {
  const done = spawnSync('docker', args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.has(name))),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.error) return { ok: false, out: '', said: done.error.message };
  return { ok: done.status === 0, out: done.stdout.trim(), said: done.stderr.trim() };
}

/** Why docker-compose.yml cannot be run here, with what to do; undefined when it can. */
export function whyNoCompose(): string | undefined {
  const engine = docker(['version', '--format', '{{.Server.Version}}']);
  if (!engine.ok) return `No container engine answers ('docker version': ${engine.said}).`;
  const compose = docker(['compose', 'version', '--short']);
  if (!compose.ok)
    return `The engine is there, its compose plugin is not ('docker compose version': ${compose.said}).`;
  const images = docker(['compose', '--env-file', '.env.example', 'config', '--images']);
  if (!images.ok) return `docker-compose.yml is not accepted: ${images.said}`;
  const missing = [...new Set(images.out.split('\n'))].filter(
    (image) => !docker(['image', 'inspect', '--format', '{{.Id}}', image]).ok,
  );
  if (missing.length === 0) return undefined;
  return `Images that are not here: ${missing.join(', ')}. 'docker compose pull --ignore-buildable' and 'docker compose build' bring them.`;
}
