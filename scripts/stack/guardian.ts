/**
 * Kills what its parent has started once the parent is gone, however that went: who is killed can stop nothing any
 * more. A process of its own with a pipe from the parent, which says `+pid` of what it has started and `-pid` of what
 * has ended. The pipe's end is the parent's.
 */
import { createInterface } from 'node:readline';

const living = new Set<number>();

// Ctrl-C reaches everybody in the terminal. The parent then stops all in order, and may be killed while it does.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const pid = Number(line.slice(1));
    if (line.startsWith('+')) living.add(pid);
    else living.delete(pid);
  })
  .on('close', () => {
    for (const pid of living) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended in the same moment.
      }
    }
  });
