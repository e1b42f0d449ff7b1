/** Where the collector of a state directory listens for shims. */

/** Most systems allow 104 to 108 bytes for the path of a local socket. */
const PATH_BYTES_MAX = 100;

/**
 * @param hash Gives a short name of a text.
 * @returns undefined where the directory's path is too long for a local socket.
 */
export function socketPathOf(
  directory: string,
  platform: NodeJS.Platform,
  hash: (text: string) => string,
): string | undefined {
  if (platform === 'win32') return `\\\\.\\pipe\\sightline-${hash(directory)}`;
  const path = `${directory}/stdio.sock`;
  return Buffer.byteLength(path) <= PATH_BYTES_MAX ? path : undefined;
}
