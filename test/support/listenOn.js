/** Listens on a free loopback port. */
export async function listenOn(server) {
  const connections = [];
  server.on('connection', (socket) => {
    connections.push(socket);
    // Tests break connections on purpose; an error without a listener would end the test process.
    socket.on('error', () => undefined);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
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
