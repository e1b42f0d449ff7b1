/** The shop's day with everything it needs: two scripted servers, the real program in front of them, the clients. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptedClient } from './scriptedClient.ts';
import { startScriptedServer } from './scriptedServer.ts';
import { FILES_SCRIPT, playShopDay, SHOP_DAY, SHOP_SCRIPT } from './shopDay.ts';
import { Sightline } from './sightline.ts';

const SETTLED_WITHIN_MS = 30_000;

export interface ShopStage {
  readonly sightline: Sightline;
  /** The protocol's session ids. */
  readonly sessions: Awaited<ReturnType<typeof playShopDay>>;
  /** One more session of the shop, for what happens while a reader looks. */
  connect(client: string): Promise<ScriptedClient>;
  stop(): Promise<void>;
}

/** Resolves when the day is over. Further options go to the program; `token` is what its page asks for. */
export async function startShopStage(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  token?: string,
): Promise<ShopStage> {
  const shop = await startScriptedServer(SHOP_SCRIPT);
  const files = await startScriptedServer(FILES_SCRIPT);
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-shop-'));
  const config = path.join(folder, 'mcp.json');
  const mcpServers = { shop: { url: `${shop.origin}/mcp` }, files: { url: `${files.origin}/mcp` } };
  writeFileSync(config, JSON.stringify({ mcpServers }));
  const sightline = await Sightline.start({
    // The loopback client is believed when it names another address, so that a caller can have a country.
    args: ['--config', config, '--trusted-proxies', '127.0.0.1', '--show', 'none', ...args],
    env,
  });
  const sessions = await playShopDay(sightline.proxyUrl);
  await settle(sightline.pageUrl, token);
  return {
    sightline,
    sessions,
    connect: (client) =>
      ScriptedClient.connect(`${sightline.proxyUrl}/shop/mcp`, { name: client, version: '1.0.0' }),
    stop: async () => {
      await sightline.stop();
      await Promise.all([shop.close(), files.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the desk's session, which goes on, is told with all its calls: that may take some seconds. */
async function settle(pageUrl: string, token = ''): Promise<void> {
  const untilMs = performance.now() + SETTLED_WITHIN_MS;
  while (performance.now() < untilMs) {
    const { items }: { items: readonly { readonly sessionCalls?: number }[] } = await (
      await fetch(`${pageUrl}/api/v1/sessions?client=${SHOP_DAY.desk.client}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).json();
    if (items[0]?.sessionCalls === SHOP_DAY.desk.calls) return;
    await sleep(100);
  }
  throw new Error('the shop’s day is not told in the sessions list');
}
