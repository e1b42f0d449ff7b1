/** npm's own client, found as the launcher finds it. */
import { spawnSync } from 'node:child_process';

/** Runs npm in a folder. @returns its standard output. @throws with what it says. */
export function runNpm(args: readonly string[], cwd: string): string {
  const given = process.env['npm_execpath'];
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const done =
    given !== undefined && /\.[cm]?js$/.test(given)
      ? spawnSync(process.execPath, [given, ...args], options)
      : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (done.status !== 0)
    throw new Error(`npm ${args[0]} failed: ${done.error?.message ?? `${done.stdout}${done.stderr}`.trim()}`);
  return done.stdout;
}
