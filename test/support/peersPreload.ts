/**
 * Loaded with `--import` into servers and clients of others, which run as programs: it binds their listeners to
 * loopback (some listen on every interface and have no option), and writes what they sent and received to the
 * file named by PEERS_NOTES, a line at once, so that nothing is lost however the program ends.
 */
import { appendFileSync } from 'node:fs';
import { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { tapFetch, tapServer } from './peersTap.ts';

const notesPath = process.env['PEERS_NOTES'] ?? '';
const note = (line: string): void => appendFileSync(notesPath, `${line}\n`);

const listen = NetServer.prototype.listen;
NetServer.prototype.listen = function listenOnLoopback(this: NetServer, ...args: unknown[]): NetServer {
  const callback = args.findLast((arg) => typeof arg === 'function');
  if (this instanceof Server) tapServer(this, note);
  this.once('listening', () => {
    const address = this.address();
    if (typeof address === 'object' && address !== null) note(`listening ${address.port}`);
  });
  // Whatever was asked for: a free port of loopback. The caller reads the port from the notes.
  return Reflect.apply(listen, this, [{ host: '127.0.0.1', port: 0 }, callback]);
};

globalThis.fetch = tapFetch(globalThis.fetch, note);
