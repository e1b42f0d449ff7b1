/**
 * A gate between a proxy and the collector. Shut, it lets requests through to the collector and keeps the answers: what
 * the collector has accepted, the proxy has to send again, because nobody told it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOn } from '../support/listenOn.ts';

export interface Gate {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT takes. */
  readonly origin: string;
  /** From now on no answer passes. */
  shut(): void;
  /** How often the collector has accepted what was then kept from the proxy, by path. */
  readonly keptBack: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function openGate(collector: string): Promise<Gate> {
  let isShut = false;
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
    if (isShut) {
      if (answer.ok) keptBack.set(path, (keptBack.get(path) ?? 0) + 1);
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
    keptBack,
    close: () => listening.close(),
  };
}
