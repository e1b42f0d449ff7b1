/** Where the owner of a state directory's shims listens for them. */

/** Most systems allow 104 to 108 bytes for the path of a local socket. */
const PATH_BYTES_MAX = 100;

/** @returns undefined where the directory's path is too long for a local socket. */
export function socketPathOf(directory: string, platform: NodeJS.Platform): string | undefined {
  // The end of a path tells directories apart; the name of a pipe has no backslash and at most 256 characters.
  if (platform === 'win32') return `\\\\.\\pipe\\sightline-${encodeURIComponent(directory).slice(-200)}`;
  const path = `${directory}/stdio.sock`;
  return Buffer.byteLength(path) <= PATH_BYTES_MAX ? path : undefined;
}
