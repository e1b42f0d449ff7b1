/** The fixture as a stdio server, of both eras: what stands behind the bridge in the conformance run. */
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { openFixture } from './fixture.ts';

const open = new Set<McpServer>();
/** Whoever is connected hears it; what a client has not asked for is left out by the server itself. */
const tell = (say: (server: McpServer) => void) => () => {
  for (const server of open) if (server.isConnected()) say(server);
};

serveStdio(() => {
  const server = openFixture({
    toolsChanged: tell((one) => one.sendToolListChanged()),
    promptsChanged: tell((one) => one.sendPromptListChanged()),
    resourcesChanged: tell((one) => one.sendResourceListChanged()),
    resourceUpdated: (uri) => tell((one) => void one.server.sendResourceUpdated({ uri }))(),
  });
  open.add(server);
  return server;
});
