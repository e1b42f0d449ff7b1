/** The ports of the stack: those that everybody expects, or free ones for a test. */
import { createServer } from 'node:net';

export interface Ports {
  readonly otlpGrpc: number;
  readonly otlpHttp: number;
  readonly collectorHealth: number;
  readonly tempo: number;
  readonly tempoGrpc: number;
  readonly tempoOtlp: number;
  readonly loki: number;
  readonly lokiGrpc: number;
  readonly prometheus: number;
}

/** Each program's own default; Tempo's OTLP port gives way to the collector's, as in its configuration file. */
export const USUAL_PORTS: Ports = {
  otlpGrpc: 4317,
  otlpHttp: 4318,
  collectorHealth: 13133,
  tempo: 3200,
  tempoGrpc: 9095,
  tempoOtlp: 4327,
  loki: 3100,
  lokiGrpc: 9096,
  prometheus: 9090,
};

/** Below the range from which systems take the ports of outgoing connections, so that none is taken meanwhile. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Gives a free loopback port at each call, never one twice. */
export function createPortFinder(): () => Promise<number> {
  const taken = new Set<number>();
  return async () => {
    for (;;) {
      const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
      if (taken.has(port) || !(await isFree(port))) continue;
      taken.add(port);
      return port;
    }
  };
}

/** A free port for each use. */
export async function findFreePorts(): Promise<Ports> {
  const next = createPortFinder();
  return {
    otlpGrpc: await next(),
    otlpHttp: await next(),
    collectorHealth: await next(),
    tempo: await next(),
    tempoGrpc: await next(),
    tempoOtlp: await next(),
    loki: await next(),
    lokiGrpc: await next(),
    prometheus: await next(),
  };
}

/** Those of the ports that something listens on already. */
export async function findTaken(ports: Ports): Promise<readonly number[]> {
  const taken: number[] = [];
  for (const port of Object.values(ports)) if (!(await isFree(port))) taken.push(port);
  return taken;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
