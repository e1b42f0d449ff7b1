/**
 * Counts what a client or a server itself sent and received, at its own HTTP layer and without its help: one
 * line for each request and notification, `direction kind method`. Answers are not counted, nor is anything
 * decided: the lines are compared with what the proxy recorded.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

export type Direction = 'client_to_server' | 'server_to_client';

/** Takes one line, such as `client_to_server request tools/call`. */
export type Note = (line: string) => void;

/** Notes every message in the bodies that `server` receives and sends. */
export function tapServer(server: Server, note: Note): void {
  // Before the server's own listener: a chunk that was read already cannot be seen again.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    tapRequest(request, createReader('client_to_server', note));
    tapResponse(response, createReader('server_to_client', note));
  });
}

/** A fetch that notes every message in the bodies it sends and gets. */
export function tapFetch(fetchNext: typeof fetch, note: Note): typeof fetch {
  return async (input, init) => {
    const sent = createReader('client_to_server', note);
    if (typeof init?.body === 'string') sent.read(init.body);
    sent.end();
    const response = await fetchNext(input, init);
    if (response.body === null) return response;
    const got = createReader('server_to_client', note);
    const decoder = new TextDecoder();
    const tap = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        got.read(decoder.decode(chunk, { stream: true }));
        controller.enqueue(chunk);
      },
      flush: () => got.end(),
    });
    const { status, statusText, headers } = response;
    const tapped = new Response(response.body.pipeThrough(tap), { status, statusText, headers });
    // A response that was built has no address, and clients resolve relative ones against it.
    return Object.defineProperty(tapped, 'url', { value: response.url });
  };
}

function tapRequest(request: IncomingMessage, reader: Reader): void {
  const push = request.push.bind(request);
  const decoder = new TextDecoder();
  request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk instanceof Uint8Array) reader.read(decoder.decode(chunk, { stream: true }));
    if (chunk === null) reader.end();
    return push(chunk, encoding);
  };
}

function tapResponse(response: ServerResponse, reader: Reader): void {
  const decoder = new TextDecoder();
  const read = (chunk: unknown): void => {
    if (typeof chunk === 'string') reader.read(chunk);
    else if (chunk instanceof Uint8Array) reader.read(decoder.decode(chunk, { stream: true }));
  };
  const write = response.write;
  const end = response.end;
  Object.assign(response, {
    write: (...args: unknown[]) => {
      read(args[0]);
      return Reflect.apply(write, response, args);
    },
    end: (...args: unknown[]) => {
      read(args[0]);
      reader.end();
      return Reflect.apply(end, response, args);
    },
  });
}

interface Reader {
  read(text: string): void;
  end(): void;
}

/** Reads a body that is one JSON text or a stream of server-sent events, told apart by how it begins. */
function createReader(direction: Direction, note: Note): Reader {
  let pending = '';
  const isJson = (): boolean => /^\s*[{[]/.test(pending);
  return {
    read: (text) => {
      pending += text;
      if (isJson()) return;
      const events = pending.split(/\r?\n\r?\n/);
      pending = events.pop() ?? '';
      for (const event of events) noteMessages(direction, dataOf(event), note);
    },
    end: () => {
      noteMessages(direction, isJson() ? pending : dataOf(pending), note);
      pending = '';
    },
  };
}

function dataOf(event: string): string {
  const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
  return lines.map((line) => line.slice('data:'.length).trimStart()).join('\n');
}

function noteMessages(direction: Direction, text: string, note: Note): void {
  for (const message of parseMessages(text)) {
    if (typeof message !== 'object' || message === null || !('method' in message)) continue;
    note(`${direction} ${'id' in message ? 'request' : 'notification'} ${String(message.method)}`);
  }
}

function parseMessages(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    // Web pages, addresses of endpoint events and empty bodies hold no message.
    return [];
  }
}
