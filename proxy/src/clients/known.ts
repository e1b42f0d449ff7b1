/**
 * The clients whose configuration is found by name, and where each keeps it. A client's own file is meant, which
 * holds for its user everywhere; files of a project are shared with others, so they are named by their path.
 */
import { posix, win32 } from 'node:path';
import { nearestOf } from '../config/similar.ts';

/** Whose machine it is. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** The user's own folder. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Client {
  /** What it is called on the command line. */
  readonly name: string;
  readonly title: string;
  /** Its user's file, the place that counts first. */
  places(about: Surroundings): readonly string[];
  /** Its file of one project, from the project's folder. */
  readonly projectFile?: string;
  /** What makes it read the file again. */
  readonly restart: string;
}

export const CLIENTS: readonly Client[] = [
  {
    // https://modelcontextprotocol.io/docs/develop/connect-local-servers; Linux as the community's builds have it.
    name: 'claude-desktop',
    title: 'Claude Desktop',
    places: (about) =>
      [storePlace(about), place(appData(about), 'Claude', 'claude_desktop_config.json')(about)].flat(),
    restart: 'quit Claude Desktop wholly (closing its window is not enough) and start it again',
  },
  {
    // https://code.claude.com/docs/en/mcp: servers of the user, and under `projects` those of one folder.
    name: 'claude-code',
    title: 'Claude Code',
    places: (about) => place(about.env['CLAUDE_CONFIG_DIR'] || about.home, '.claude.json')(about),
    projectFile: '.mcp.json',
    restart: 'start Claude Code again (one that runs may write its own state over this file)',
  },
  {
    // https://cursor.com/docs/mcp
    name: 'cursor',
    title: 'Cursor',
    places: (about) => place(about.home, '.cursor', 'mcp.json')(about),
    projectFile: '.cursor/mcp.json',
    restart: 'restart Cursor, or switch the servers off and on in its settings',
  },
  {
    // https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
    name: 'vscode',
    title: 'VS Code',
    places: (about) => place(appData(about), 'Code', 'User', 'mcp.json')(about),
    projectFile: '.vscode/mcp.json',
    restart: "restart the servers in VS Code ('MCP: List Servers')",
  },
  {
    name: 'vscode-insiders',
    title: 'VS Code Insiders',
    places: (about) => place(appData(about), 'Code - Insiders', 'User', 'mcp.json')(about),
    restart: "restart the servers in VS Code Insiders ('MCP: List Servers')",
  },
  {
    // https://docs.windsurf.com/windsurf/cascade/mcp
    name: 'windsurf',
    title: 'Windsurf',
    places: (about) => place(about.home, '.codeium', 'windsurf', 'mcp_config.json')(about),
    restart: "press refresh in Windsurf's list of MCP servers, or restart it",
  },
];

/** The client of that name; `Claude Desktop` and `claude_desktop` are it too. */
export function clientOf(word: string): Client | undefined {
  const plain = plainName(word);
  return CLIENTS.find(({ name }) => plainName(name) === plain);
}

/** The client that reads this file, its user's or one project's. */
export function clientOfFile(path: string, about: Surroundings): Client | undefined {
  const plain = path.replaceAll('\\', '/');
  return CLIENTS.find(
    ({ places, projectFile }) =>
      places(about).includes(path) || (projectFile !== undefined && plain.endsWith(`/${projectFile}`)),
  );
}

/** The name that was probably meant. */
export function nearestClient(word: string): string | undefined {
  return nearestOf(
    word,
    CLIENTS.map(({ name }) => name),
  );
}

function plainName(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_-]/g, '');
}

function place(...parts: readonly string[]): (about: Surroundings) => readonly string[] {
  return ({ platform }) => [(platform === 'win32' ? win32 : posix).join(...parts)];
}

/** Where applications keep the settings of a user. */
function appData({ platform, home, env }: Surroundings): string {
  if (platform === 'win32') return env['APPDATA'] || win32.join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support');
  const given = env['XDG_CONFIG_HOME'];
  // XDG Base Directory Specification: a relative path there is no path.
  return given?.startsWith('/') ? given : posix.join(home, '.config');
}

/**
 * Claude Desktop as a Windows package reads its file from here instead, while its own menu may still open the other
 * one (https://github.com/anthropics/claude-code/issues/26073).
 */
function storePlace({ platform, home, env }: Surroundings): readonly string[] {
  if (platform !== 'win32') return [];
  const local = env['LOCALAPPDATA'] || win32.join(home, 'AppData', 'Local');
  const own = win32.join(local, 'Packages', 'Claude_pzs8sxrjxfjjc', 'LocalCache', 'Roaming');
  return [win32.join(own, 'Claude', 'claude_desktop_config.json')];
}
