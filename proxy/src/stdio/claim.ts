/**
 * One owner of the shims for each place: whoever binds the socket is the one. A socket file outlives a killed owner, so
 * one that refuses is put out of the way, and looked at once more there: somebody may have bound anew in between.
 */
import { linkSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';

/** What connecting ends in where nobody listens, or no longer. */
const NOBODY: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTSOCK']);

/** Resolves with a server that listens; undefined when another one does. @throws what else stands in the way. */
export async function claimSocket(path: string): Promise<Server | undefined> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = await listen(path);
    if (server) return server;
    if (await answers(path)) return undefined;
    const aside = `${path}.${process.pid}`;
    try {
      renameSync(path, aside);
    } catch {
      // Somebody else was faster.
      continue;
    }
    if (await answers(aside)) {
      linkSync(aside, path);
      rmSync(aside, { force: true });
      return undefined;
    }
    rmSync(aside, { force: true });
  }
  return undefined;
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    // Only its owner may say what servers did. The file is made before this call returns.
    const mask = process.umask(0o077);
    server.listen(path, () => resolve(server));
    process.umask(mask);
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Whatever else it is (EAGAIN, EMFILE), it does not say that nobody is there.
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(!NOBODY.has(code)));
  });
}
