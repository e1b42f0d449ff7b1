/** How a server's process group is ended: in order, and never left behind. */
import { type ChildProcess, spawn } from 'node:child_process';

/** Time for a server to end by itself, and after SIGTERM: what the specification's shutdown gives, about. */
export const GRACE_MS = 2_000;
/** Whoever holds the server's output after its exit gets so long to say the rest. */
export const LINGER_MS = 1_000;

export interface Ender {
  send(signal: NodeJS.Signals): void;
  /** In order: some time to end by itself, SIGTERM, some time, SIGKILL. */
  soon(patienceMs?: number): void;
  now(): void;
  /** Forgets what was going to happen. */
  stop(): void;
}

/** @param child Leader of a process group of its own (`detached`), but on Windows. */
export function createEnder(child: ChildProcess): Ender {
  let timer: NodeJS.Timeout | undefined;
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      if (process.platform === 'win32') endTree(child.pid);
      else process.kill(-child.pid, signal);
    } catch {
      // Nobody of the group is left.
    }
  };
  // Who has left the group may hold the pipes for ever. But what its reader has not taken yet is not thrown away, and
  // one look may come just between two pieces of it.
  const letGo = (isSecondLook: boolean): void => {
    const isBehind = child.stdout?.isPaused() === true;
    if (!isBehind && isSecondLook) {
      child.stdout?.destroy();
      child.stderr?.destroy();
    } else timer = setTimeout(letGo, LINGER_MS, !isBehind);
  };
  return {
    send,
    soon: (patienceMs = GRACE_MS) => {
      if (timer !== undefined) return;
      timer = setTimeout(() => {
        send('SIGTERM');
        timer = setTimeout(() => {
          send('SIGKILL');
          letGo(false);
        }, GRACE_MS);
      }, patienceMs);
    },
    now: () => {
      clearTimeout(timer);
      send('SIGKILL');
    },
    stop: () => clearTimeout(timer),
  };
}

/** Windows has neither groups nor signals: whoever a server started, or `cmd.exe` for it, is found by its parent. */
function endTree(pid: number): void {
  spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on(
    'error',
    () => {},
  );
}
