import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemo } from './demo.ts';
import { type DemoServer, startDemoServer } from './demoServer.ts';
import { oddAnswers } from './oddAnswers.ts';
import { type Pace, startPace } from './pace.ts';
import { scenarios } from './scenarios.ts';
import { findPaymentFailure } from './shopData.ts';
import { type Stage, setStage } from './stage.ts';

/** The ledger hangs for longer than a test may: that it is still open when everything else is over is its claim. */
const hung = scenarios.filter((scenario) => scenario.name === 'hung ledger');
const others = scenarios.filter((scenario) => scenario.name !== 'hung ledger');

describe('the demo', () => {
  let pace: Pace;
  let server: DemoServer;
  let stage: Stage;

  beforeAll(async () => {
    pace = startPace();
    server = await startDemoServer(pace);
    stage = setStage(new URL(server.url), pace);
  });

  afterAll(async () => {
    pace.stop();
    await stage.clear();
    await server.close();
  });

  it.concurrent.each(others)('plays "$name" to its end', async (scenario) => {
    await scenario.run(stage, 1);
  });

  it('keeps the hung call open until the demo ends', async () => {
    const ending = startPace();
    const upstream = await startDemoServer(ending);
    const alone = setStage(new URL(upstream.url), ending);
    const [ledger] = hung;
    const call = ledger?.run(alone, 1).then(
      () => 'answered',
      () => 'ended',
    );
    const first = await Promise.race([call, pace.pause(500).then(() => 'open')]);
    ending.stop();
    await alone.clear();
    await upstream.close();
    expect(first).toBe('open');
    expect(await call).not.toBe('open');
  });

  it('advertises every tool whose answer no SDK gives', async () => {
    const client = await stage.get('claude-desktop-demo');
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(oddAnswers.map((odd) => odd.tool)));
  });
});

describe('a payment', () => {
  it.each([
    { order: 'ord-1041', attempts: ['paid'], why: 'ordinary orders are paid at once' },
    {
      order: 'ord-71',
      attempts: ['upstream timeout', 'rate limited', 'paid'],
      why: 'the third try recovers',
    },
    {
      order: 'ord-91',
      attempts: ['card declined by the issuer', 'card declined by the issuer'],
      why: 'never',
    },
  ])('of $order goes as scripted: $why', ({ order, attempts }) => {
    const seen = attempts.map((_, index) => findPaymentFailure(order, index + 1) ?? 'paid');
    expect(seen).toEqual(attempts);
  });
});

describe('a running demo', () => {
  it('makes traffic of both eras through whatever address it is given, and ends when it is closed', async () => {
    const demo = await startDemo();
    const upstream = new URL(demo.upstreamUrl);
    const seen: string[] = [];
    let resolveSeen = (): void => undefined;
    const bothEras = new Promise<void>((resolve) => {
      resolveSeen = resolve;
    });
    // Not a proxy: it only counts who comes, and refuses everybody. The demo must bear that too.
    const door = createServer((request, response) => {
      request.resume();
      seen.push(`${request.method} ${request.url} ${request.headers['mcp-method'] ?? 'legacy'}`);
      response.writeHead(502).end();
      if (
        seen.some((line) => line.endsWith('legacy')) &&
        seen.some((line) => line.endsWith('server/discover'))
      ) {
        resolveSeen();
      }
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const { port } = door.address() as AddressInfo;
    demo.startClients(`http://127.0.0.1:${port}`);
    await bothEras;
    await demo.close();
    door.close();
    door.closeAllConnections();
    expect(seen.every((line) => line.includes(` ${upstream.pathname} `))).toBe(true);
  });
});
