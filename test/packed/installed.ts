/** The packed program in a folder that held nothing, on a Node of a given version. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { nodeFolder } from './nodes.ts';

const run = promisify(execFile);

export class Installed {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'sightline-packed-'));
  readonly #nodeFolder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(nodeFolder: string) {
    this.#nodeFolder = nodeFolder;
    this.#env = cleanEnv(nodeFolder);
  }

  /** Installs the tarball by npm as that Node runs it, with nothing of this repository on the way. */
  static async install(tarball: string, version: string): Promise<Installed> {
    const installed = new Installed(await nodeFolder(version));
    // A dependency that does not promise this Node fails the installation.
    const flags = ['--engine-strict', '--prefer-offline', '--no-audit', '--no-fund'];
    await installed.#run('npm', ['install', ...flags, tarball]);
    return installed;
  }

  get node(): string {
    return path.join(this.#nodeFolder, 'node');
  }

  /** What `npx` would start. */
  get program(): string {
    return path.join(this.folder, 'node_modules/.bin/sightline');
  }

  /** `npx sightline …` as a user types it. @returns what it printed on either stream. */
  async npx(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return this.#run('npx', ['--no-install', 'sightline', ...args]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(command: string, args: readonly string[]) {
    return run(command, args, { cwd: this.folder, env: this.#env, shell: process.platform === 'win32' });
  }
}

/** Neither the binaries of this workspace nor what npm tells its scripts. */
function cleanEnv(nodeFolder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|SIGHTLINE_|OTEL_|NODE_|VITEST)/i.test(name),
  );
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const outside = folders.filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: [nodeFolder, ...outside].join(path.delimiter) };
}
