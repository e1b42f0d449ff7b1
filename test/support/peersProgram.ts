/**
 * Runs a program that others wrote with its traffic counted by `peersPreload.ts`. It ends the program by its
 * own process, and reads its notes once it has ended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const preloadUrl = new URL('peersPreload.ts', import.meta.url).href;

export interface PeerProgram {
  /** Resolves with the port it listens on. @throws when the program ends first. */
  port(): Promise<number>;
  /** Resolves with exit code and output once it has ended by itself. */
  finish(): Promise<{ code: number | null; output: string }>;
  /** Ends it and gives what it sent and received. */
  stop(): Promise<readonly string[]>;
}

/** Starts `node script ...args` with the preload. */
export function startProgram(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): PeerProgram {
  const home = mkdtempSync(join(tmpdir(), 'sightline-peer-'));
  const notesPath = join(home, 'notes');
  const child: ChildProcess = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A bare environment: some of these servers answer with all of theirs.
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      MCP_STORAGE_DIR: home,
      NODE_OPTIONS: `--import ${preloadUrl}`,
      PEERS_NOTES: notesPath,
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  const readNotes = (): readonly string[] =>
    existsSync(notesPath) ? readFileSync(notesPath, 'utf8').split('\n').filter(Boolean) : [];
  return {
    port: async () => {
      while (child.exitCode === null) {
        const line = readNotes().find((found) => found.startsWith('listening '));
        if (line !== undefined) return Number(line.slice('listening '.length));
        await sleep(20);
      }
      throw new Error(`${script} ended before it listened:\n${output}`);
    },
    finish: async () => {
      await ended;
      return { code: child.exitCode, output };
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      const notes = readNotes().filter((line) => !line.startsWith('listening '));
      rmSync(home, { recursive: true, force: true });
      return notes;
    },
  };
}
