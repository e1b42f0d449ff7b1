/** Where the collector of a state directory listens for shims. */
import { createHash } from 'node:crypto';

/** Most systems allow 104 to 108 bytes for the path of a local socket. */
const PATH_BYTES_MAX = 100;

/** @returns undefined where the directory's path is too long for a local socket. */
export function socketPathOf(directory: string, platform: NodeJS.Platform): string | undefined {
  if (platform === 'win32') return `\\\\.\\pipe\\sightline-${shortNameOf(directory)}`;
  const path = `${directory}/stdio.sock`;
  return Buffer.byteLength(path) <= PATH_BYTES_MAX ? path : undefined;
}

function shortNameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
