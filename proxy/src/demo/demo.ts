/**
 * The bundled demo: a server to put the proxy in front of, and clients that make every kind of traffic
 * within ten seconds and then go on calmly. It knows nothing of the proxy but its address.
 */
import { demoClients } from './clients.ts';
import { startDemoServer } from './demoServer.ts';
import { startPace } from './pace.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { type Stage, setStage } from './stage.ts';

export interface DemoOptions {
  /** Rest between two scenarios of one client once all have played. Default 9000. */
  readonly restMs?: number;
}

export interface RunningDemo {
  /** The demo server's MCP endpoint; the proxy's upstream. */
  readonly upstreamUrl: string;
  /** Starts the clients towards the proxy. An address without a path means the upstream's path. Call it once. */
  startClients(proxyUrl: string): void;
  /** Ends clients and server; nothing of the demo keeps the process alive afterwards. */
  close(): Promise<void>;
}

const restDefaultMs = 9000;
const firstRestMs = 250;

/** Starts the demo server on a free loopback port. */
export async function startDemo(options: DemoOptions = {}): Promise<RunningDemo> {
  const pace = startPace();
  const server = await startDemoServer(pace);
  const playing: { stage: Stage; lanes: Promise<unknown> }[] = [];
  return {
    upstreamUrl: server.url,
    startClients: (proxyUrl) => {
      const url = new URL(proxyUrl);
      if (url.pathname === '/') url.pathname = new URL(server.url).pathname;
      const stage = setStage(url, pace);
      const lanes = Object.values(Object.groupBy(scenarios, (scenario) => scenario.client)).map((lane) =>
        playLane(lane ?? [], stage, options.restMs ?? restDefaultMs),
      );
      playing.push({ stage, lanes: Promise.allSettled(lanes) });
    },
    close: async () => {
      pace.stop();
      // Clients first: a server that is gone before them would make their last requests look like failures.
      await Promise.allSettled(playing.map(({ stage }) => stage.clear()));
      await Promise.allSettled(playing.map(({ lanes }) => lanes));
      await server.close();
      // A client may have finished connecting while the others were being closed.
      await Promise.allSettled(playing.map(({ stage }) => stage.clear()));
    },
  };
}

/** Plays one client's scenarios in turn until the demo ends: quickly at first, then at rest. */
async function playLane(lane: readonly Scenario[], stage: Stage, restMs: number): Promise<void> {
  for (let round = 1; !stage.pace.signal.aborted; round += 1) {
    for (const scenario of lane) {
      await play(scenario, stage, round);
      if (stage.pace.signal.aborted) return;
      await stage.pace.pause(round === 1 ? firstRestMs : restMs).catch(() => undefined);
    }
    await stage.pace.pause(restMs).catch(() => undefined);
  }
}

async function play(scenario: Scenario, stage: Stage, round: number): Promise<void> {
  try {
    await scenario.run(stage, round);
  } catch {
    // The proxy or the server may be away: the next scenario of this client begins with a new connection.
    if (isSdkClient(scenario.client)) await stage.forget(scenario.client).catch(() => undefined);
  }
}

function isSdkClient(name: Scenario['client']): name is keyof typeof demoClients {
  return name in demoClients;
}
