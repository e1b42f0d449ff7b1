/**
 * How a client is pointed here: the text to paste, for the clients people have. Sources: the clients' own pages on
 * MCP configuration (Claude Desktop and Claude Code, Cursor, VS Code, Windsurf).
 */
export interface PointedServer {
  readonly name: string;
  /** Address of the proxy for this server. */
  readonly clientUrl: string;
}

export interface ClientConfig {
  readonly id: string;
  readonly client: string;
  /** Where the text goes. */
  readonly where: string;
  readonly text: string;
}

/** One way for each client; every server is in each. */
export function clientConfigs(servers: readonly PointedServer[]): readonly ClientConfig[] {
  const urls = entries(servers, ({ clientUrl }) => ({ url: clientUrl }));
  return [
    {
      id: 'claude-code',
      client: 'Claude Code',
      where: 'Run in a terminal',
      text: servers.map(commandOf).join('\n'),
    },
    {
      id: 'claude-desktop',
      client: 'Claude Desktop',
      where:
        'claude_desktop_config.json (Settings, Developer, Edit config); it starts only commands, so mcp-remote speaks for it',
      text: json({
        mcpServers: entries(servers, ({ clientUrl }) => ({
          command: 'npx',
          args: ['-y', 'mcp-remote', clientUrl, ...(isPlain(clientUrl) ? ['--allow-http'] : [])],
        })),
      }),
    },
    {
      id: 'cursor',
      client: 'Cursor',
      where: '.cursor/mcp.json in the project, or ~/.cursor/mcp.json',
      text: json({ mcpServers: urls }),
    },
    {
      id: 'vscode',
      client: 'VS Code',
      where: '.vscode/mcp.json in the workspace',
      text: json({ servers: entries(servers, ({ clientUrl }) => ({ type: 'http', url: clientUrl })) }),
    },
    {
      id: 'windsurf',
      client: 'Windsurf',
      where: '~/.codeium/windsurf/mcp_config.json',
      text: json({ mcpServers: entries(servers, ({ clientUrl }) => ({ serverUrl: clientUrl })) }),
    },
    {
      id: 'other',
      client: 'Other clients',
      where: 'The mcpServers file of the client',
      text: json({
        mcpServers: entries(servers, ({ clientUrl }) => ({ type: 'http', url: clientUrl })),
      }),
    },
  ];
}

function entries<T>(servers: readonly PointedServer[], of: (server: PointedServer) => T): Record<string, T> {
  // Not an object literal: a server may be called `__proto__`.
  return Object.fromEntries(servers.map((server) => [server.name, of(server)]));
}

function commandOf({ name, clientUrl }: PointedServer): string {
  return `claude mcp add --transport http ${quoted(name)} ${quoted(clientUrl)}`;
}

/** For a POSIX shell; plain words stay plain. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function isPlain(url: string): boolean {
  return url.startsWith('http://');
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
