/** Whether the collector of stdio servers runs. That none does is as it should be while no stdio server runs. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { socketPathOf } from '../stdio/place.ts';
import { type Findings, good, warn } from './check.ts';

const CHECK = 'stdio collector';

export async function checkStdioCollector(directory: string, platform: NodeJS.Platform): Promise<Findings> {
  const path = socketPathOf(directory, platform);
  if (path === undefined) {
    return [
      warn(
        CHECK,
        'the path of the state directory is too long for a local socket: stdio servers run unobserved',
        'choose a shorter one with --state-dir',
      ),
    ];
  }
  if (platform !== 'win32' && !existsSync(path))
    return [good(CHECK, 'none runs; the first stdio server starts it')];
  if (await answers(path)) return [good(CHECK, `runs, at ${path}`)];
  return [good(CHECK, 'none runs; what a killed one left is put out of the way by the next')];
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
