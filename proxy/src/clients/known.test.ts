import { describe, expect, it } from 'vitest';
import { CLIENTS, clientOf, clientOfFile, nearestClient, type Surroundings } from './known.ts';

const at = (platform: Surroundings['platform'], env: Surroundings['env'] = {}): Surroundings => ({
  platform,
  home: platform === 'win32' ? 'C:\\Me' : '/me',
  env,
});
const placesOf = (name: string, about: Surroundings) => clientOf(name)?.places(about);

describe('the places of clients', () => {
  it('are under the user’s folder on Linux', () => {
    expect(CLIENTS.map(({ name, places }) => [name, ...places(at('linux'))])).toEqual([
      ['claude-desktop', '/me/.config/Claude/claude_desktop_config.json'],
      ['claude-code', '/me/.claude.json'],
      ['cursor', '/me/.cursor/mcp.json'],
      ['vscode', '/me/.config/Code/User/mcp.json'],
      ['vscode-insiders', '/me/.config/Code - Insiders/User/mcp.json'],
      ['windsurf', '/me/.codeium/windsurf/mcp_config.json'],
    ]);
  });

  it('are in Application Support on macOS', () => {
    const support = '/me/Library/Application Support';
    expect(placesOf('claude-desktop', at('darwin'))).toEqual([
      `${support}/Claude/claude_desktop_config.json`,
    ]);
    expect(placesOf('vscode', at('darwin'))).toEqual([`${support}/Code/User/mcp.json`]);
    expect(placesOf('cursor', at('darwin'))).toEqual(['/me/.cursor/mcp.json']);
  });

  it('are in the roaming folder on Windows, and that of the package comes before it', () => {
    const env = { APPDATA: 'D:\\Roaming', LOCALAPPDATA: 'D:\\Local' };
    expect(placesOf('claude-desktop', at('win32', env))).toEqual([
      'D:\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json',
      'D:\\Roaming\\Claude\\claude_desktop_config.json',
    ]);
    expect(placesOf('vscode', at('win32'))).toEqual(['C:\\Me\\AppData\\Roaming\\Code\\User\\mcp.json']);
    expect(placesOf('windsurf', at('win32'))).toEqual(['C:\\Me\\.codeium\\windsurf\\mcp_config.json']);
  });

  it('follow the environment', () => {
    expect(placesOf('claude-code', at('linux', { CLAUDE_CONFIG_DIR: '/else' }))).toEqual([
      '/else/.claude.json',
    ]);
    expect(placesOf('vscode', at('linux', { XDG_CONFIG_HOME: '/xdg' }))).toEqual(['/xdg/Code/User/mcp.json']);
    expect(placesOf('vscode', at('linux', { XDG_CONFIG_HOME: 'xdg' }))).toEqual([
      '/me/.config/Code/User/mcp.json',
    ]);
  });
});

describe('the names of clients', () => {
  it.each(['claude-desktop', 'Claude Desktop', 'claude_desktop', 'claudedesktop'])('%s is one', (word) => {
    expect(clientOf(word)?.title).toBe('Claude Desktop');
  });
  it.each(['claude', 'cursor.json', ''])('%j is none', (word) => expect(clientOf(word)).toBeUndefined());
  it('are guessed from a typo', () => {
    expect(nearestClient('curser')).toBe('cursor');
    expect(nearestClient('emacs')).toBeUndefined();
  });
});

describe('the client of a file', () => {
  it.each([
    { file: '/me/.cursor/mcp.json', title: 'Cursor' },
    { file: '/srv/shop/.cursor/mcp.json', title: 'Cursor' },
    { file: '/srv/shop/.vscode/mcp.json', title: 'VS Code' },
    { file: '/srv/shop/.mcp.json', title: 'Claude Code' },
    { file: '/srv/shop/mcp.json', title: undefined },
  ])('$file is read by $title', ({ file, title }) => {
    expect(clientOfFile(file, at('linux'))?.title).toBe(title);
  });
  it('is told from backslashes too', () => {
    expect(clientOfFile('D:\\shop\\.vscode\\mcp.json', at('win32'))?.title).toBe('VS Code');
  });
});
