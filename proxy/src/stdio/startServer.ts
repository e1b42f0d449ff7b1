/** Starts a server: pipes on all three streams, a process group of its own, and what Windows needs to find it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { type WindowsCommand, windowsCommandOf } from './windowsCommand.ts';

/** What stands beside a command in a client's configuration; absent parts are our own. */
export interface ServerPlace {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/**
 * Where the command is not found or may not be executed, the child says so by an `error` event and has no `pid`.
 *
 * @throws what else the system refuses (`ENOTDIR`, `E2BIG`).
 */
export function startServer(
  command: string,
  args: readonly string[],
  place: ServerPlace = {},
): ChildProcessWithoutNullStreams {
  const isWindows = process.platform === 'win32';
  const found: WindowsCommand = isWindows
    ? windowsCommandOf(command, args, { env: place.env ?? process.env, isFile })
    : { command, args, verbatim: false };
  return spawn(found.command, found.args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...place,
    // A group of its own, so that what the server starts can be ended with it.
    detached: !isWindows,
    windowsHide: true,
    windowsVerbatimArguments: found.verbatim,
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
