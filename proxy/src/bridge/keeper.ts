/**
 * Sees to it that the servers of a bridge do not outlive a program that was killed: one that ignores the end of its input
 * would. A process of the system's shell, which takes a hundredth of what another Node would, knows their groups by a
 * pipe from us; when that ends, it ends in order whoever is left. Windows has no groups, and none of this.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { GRACE_MS } from '../stdio/ender.ts';

/** A group looks like an option: dash wants `--` before it, BusyBox refuses `--`, so both forms are tried. */
const SCRIPT = `
all() { for group in $groups; do kill -s "$1" -- "-$group" || kill -s "$1" "-$group"; done; }
groups=
while read -r word one; do
  kept=
  for group in $groups; do [ "$group" = "$one" ] || kept="$kept $group"; done
  groups=$kept
  [ "$word" = add ] && groups="$groups $one"
done
[ -z "$groups" ] && exit
sleep ${GRACE_MS / 1_000}
all TERM
sleep ${GRACE_MS / 1_000}
all KILL
`;

export class Keeper {
  readonly #groups = new Set<number>();
  #child: ChildProcess | undefined;

  /** @param group Of a process that leads it. */
  add(group: number): void {
    this.#groups.add(group);
    if (this.#child === undefined) this.#start();
    else this.#tell('add', group);
  }

  /** Nobody of it is left. */
  drop(group: number): void {
    if (this.#groups.delete(group)) this.#tell('drop', group);
  }

  /** One that was killed itself is started again with the next server. */
  #start(): void {
    if (process.platform === 'win32') return;
    const child = startShell();
    if (child === undefined) return;
    this.#child = child;
    const forget = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('error', forget).on('exit', forget).unref();
    child.stdin?.on('error', forget);
    // A socket, whatever its type says; neither it nor the process keeps ours alive.
    (child.stdin as Socket | null)?.unref();
    for (const group of this.#groups) this.#tell('add', group);
  }

  #tell(word: 'add' | 'drop', group: number): void {
    this.#child?.stdin?.write(`${word} ${group}\n`);
  }
}

/**
 * Apart from our group, so that what is sent to all of that does not reach it.
 *
 * @returns undefined where none can be started: servers then end by the end of their input alone.
 */
function startShell(): ChildProcess | undefined {
  try {
    return spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  } catch {
    return undefined;
  }
}
