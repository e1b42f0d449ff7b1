import { describe, expect, it } from 'vitest';
import { clientConfigs } from './clientConfig.ts';

const shop = { name: 'shop', clientUrl: 'http://127.0.0.1:7600/mcp' };
const textOf = (id: string, ...servers: (typeof shop)[]) =>
  clientConfigs(servers).find((config) => config.id === id)?.text ?? '';

describe('configuration to copy', () => {
  it('is JSON for every client with a file, under the key that this client reads', () => {
    expect(JSON.parse(textOf('vscode', shop))).toEqual({
      servers: { shop: { type: 'http', url: shop.clientUrl } },
    });
    expect(JSON.parse(textOf('windsurf', shop))).toEqual({
      mcpServers: { shop: { serverUrl: shop.clientUrl } },
    });
    expect(JSON.parse(textOf('cursor', shop))).toEqual({ mcpServers: { shop: { url: shop.clientUrl } } });
  });

  it('names every server', () => {
    const other = { name: 'other', clientUrl: 'https://example.com/other/mcp' };
    for (const { text } of clientConfigs([shop, other])) {
      expect(text).toContain(shop.clientUrl);
      expect(text).toContain(other.clientUrl);
    }
  });

  it('lets no name break out of a shell command, or become a prototype', () => {
    const name = "a'; rm -rf ~; '";
    expect(textOf('claude-code', { ...shop, name })).toBe(
      `claude mcp add --transport http 'a'\\''; rm -rf ~; '\\''' ${shop.clientUrl}`,
    );
    expect(textOf('cursor', { ...shop, name: '__proto__' })).toContain('"__proto__"');
  });
});
