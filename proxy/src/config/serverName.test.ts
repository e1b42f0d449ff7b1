import { expect, it } from 'vitest';
import { serverNameOf } from './serverName.ts';

it.each([
  ['npx -y @modelcontextprotocol/server-filesystem /tmp', 'server-filesystem'],
  ['npx -y some-mcp-server@1.2.3', 'some-mcp-server'],
  ['uvx mcp-server-git --repository .', 'mcp-server-git'],
  ['uv run server.py', 'server'],
  ['/usr/bin/node /srv/my_server/dist/index.js', 'my-server'],
  ['node index.js', 'server'],
  ['C:\\Tools\\Weather.exe', 'weather'],
  ['python3 -m weather', 'weather'],
  ['./…', 'server'],
])('%s is called %s', (words, name) => {
  const [command = '', ...args] = words.split(' ');
  expect(serverNameOf(command, args)).toBe(name);
});
