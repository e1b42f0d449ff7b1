/**
 * Servers for tests: on 127.0.0.1, on a port the system chooses, closed together with every connection they hold.
 * A test that forgets to close one keeps its process alive, so each call hands back its `close`.
 */
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  /** Every connection that was accepted, open or not. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

/** Listens on a free loopback port, or again on one that was free a moment ago. */
export async function listenOn(server: Server | HttpServer, wantedPort = 0): Promise<Listening> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    // Tests break connections on purpose; an error without a listener would end the test process.
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wantedPort, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}
