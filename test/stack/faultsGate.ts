/**
 * A gate between a proxy and the collector. It lets requests through and, when it is told to, keeps the answers: what the
 * collector has accepted, the proxy has to send again, because nobody told it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOn } from '../support/listenOn.ts';

export interface Gate {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT takes. */
  readonly origin: string;
  /** From now on no answer passes; the connections stay open. */
  shut(): void;
  /** The connection of the next request of each path breaks off instead of an answer. */
  breakOnce(): void;
  /** How often the collector has accepted what was then kept from the proxy, by path. */
  readonly keptBack: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function openGate(collector: string): Promise<Gate> {
  let isShut = false;
  const broken = new Set<string>();
  let breaks = false;
  const keptBack = new Map<string, number>();
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { 'content-type': type = '', 'content-encoding': coding } = request.headers;
    const path = request.url ?? '/';
    const answer = await fetch(new URL(path, collector), {
      method: 'POST',
      headers: { 'content-type': type, ...(coding !== undefined && { 'content-encoding': coding }) },
      body: Buffer.concat(chunks),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    const breaksNow = breaks && !broken.has(path);
    if (isShut || breaksNow) {
      if (answer.ok) keptBack.set(path, (keptBack.get(path) ?? 0) + 1);
      if (!breaksNow) return;
      broken.add(path);
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(body);
  };
  const listening = await listenOn(
    createServer((request, response) => {
      pass(request, response).catch(() => response.destroy());
    }),
  );
  return {
    origin: listening.origin,
    shut: () => {
      isShut = true;
    },
    breakOnce: () => {
      breaks = true;
    },
    keptBack,
    close: () => listening.close(),
  };
}
